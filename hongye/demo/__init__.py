"""The story of one visit, played headless over real HTTP by the parts as separate processes."""

from hongye.demo.story import play

__all__ = ["play"]

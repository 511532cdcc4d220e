"""Chance in the demo history: the same seed and matter give the same dice, whatever else was thrown before."""

from random import Random


def dice_for(seed: int, matter: str) -> Random:
    return Random(f"{seed} {matter}")  # noqa: S311 -- invented stories, no secrets

"""Writes what a command made, or says in one line why it could not."""

from pathlib import Path

from hongye.commands import CommandFailed


def write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise unwritable(path, fault) from None


def unwritable(path: Path, fault: OSError) -> CommandFailed:
    return CommandFailed(f"写不了 {path}：{fault.strerror}。请检查文件夹是否存在、有没有权限")

"""What each command does, a topic a module: loaded only when its word is given, so that each starts quickly and a
village PC needs nothing of the server's."""

import argparse
import json
from typing import Any


class CommandFailed(Exception):
    """The command could not do what it was asked; the text is the one line shown."""


def say(asked: argparse.Namespace, answer: dict[str, Any], words: str) -> None:
    """The answer as JSON when asked for, else in words."""
    print(json.dumps(answer, ensure_ascii=False) if asked.json else words)

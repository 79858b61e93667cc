"""Writing up: a configured model says the answer in plain words; without one, or when it fails, the literal statements stay."""

from __future__ import annotations

from assistant.turn import Turn


def write_up(turn: Turn) -> None:
    """Let the installation's writer, if it has one, write from the turn's evidence."""
    if turn.house.writer is not None and turn.statements:
        turn.house.writer.write(turn)

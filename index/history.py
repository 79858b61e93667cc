"""Which version is live (``live.json``), and what was promoted and rolled back, when and why (``history.jsonl``)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from corpus.errors import StoreError
from index.atomic import read_json


@dataclass(frozen=True)
class Switch:
    """One change of the live version.

    Attributes:
        before: the version that was live; None for the first.
        reason: why it was promoted although the gate failed; None when nobody had to say.
        misses: what the gate found worse; empty when it held or was not asked.
        time: UTC, ISO 8601.
    """

    action: Literal["promote", "rollback"]
    before: str | None
    after: str
    reason: str | None = None
    misses: tuple[str, ...] = ()
    time: str = ""


def read_pointer(file: Path) -> tuple[str | None, str | None]:
    """The live version and the one that was live before; None for none.

    Raises:
        StoreError: the file cannot be read, or says something else.
    """
    if not file.exists():
        return None, None
    try:
        found = read_json(file)
        return str(found["version"]), found["previous"]
    except (OSError, ValueError, KeyError) as error:
        raise StoreError("pointer-damaged", file=file, reason=error) from error


def record(file: Path, switch: Switch) -> None:
    """Append a switch with the time of now, flushed to disk."""
    line = json.dumps(asdict(switch) | {"time": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False)
    with file.open("a+b") as stream:
        stream.seek(0, os.SEEK_END)
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            # A line that was broken off stays a line of its own.
            line = line if stream.read(1) == b"\n" else f"\n{line}"
        stream.write(f"{line}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())


def read_history(file: Path) -> list[Switch]:
    """Every switch, oldest first; empty before the first one.

    Raises:
        StoreError: the file cannot be read, or a line in it is no switch.
    """
    if not file.exists():
        return []
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Switch(**row | {"misses": tuple(row["misses"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError("history-unreadable", file=file, reason=error) from error

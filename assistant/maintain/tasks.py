"""What the maintainer's pages have done in a process of its own: the same functions that the commands call."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.versions import Measuring

Tell = Callable[[str, int, int], None]
"""Told (stage, done, total)."""
Values = Mapping[str, Any]
_POLITE = 10
"""Of the process: the chat goes first."""


def read(settings: Settings, values: Values, measuring: Measuring, tell: Tell) -> dict[str, Any]:
    """Make a draft publication of a file or address, ``source``."""
    from assistant.adding import Wishes, add_publication, fetched

    def fetch(address: str, target: Path) -> Path:
        file = fetched(address, target)
        tell("fetch", 1, 1)
        tell("read", 0, 0)
        return file

    wishes = Wishes(values["id"], values["title"], values["year"], values["publisher"], replaces=values["replaces"] or None)
    if values["address"]:
        tell("fetch", 0, 0)
    else:
        tell("read", 0, 0)
    draft, _ = add_publication(str(values["source"]), wishes, settings.data.publications, fetch)
    counts = {"units": draft.units, "notes": draft.notes, "doubts": draft.doubts}
    return {"publication": draft.id, **counts, "kept": len(draft.carried.questions), "lost": len(draft.carried.lost)}


def build(settings: Settings, _: Values, measuring: Measuring, tell: Tell) -> dict[str, Any]:
    """Write an index version of everything that is there."""
    from corpus.fetched import with_fetched
    from corpus.publication import load_publications
    from index.build import Builder

    builder = Builder(settings.data, settings.embedding_model, settings.chroma_url, tell)
    publications = with_fetched(load_publications(settings.data.publications), settings.data.sources)
    return asdict(builder.build(publications))


def compare(settings: Settings, values: Values, measuring: Measuring, tell: Tell) -> dict[str, Any]:
    """Answer the same questions from two versions, ``before`` and ``after``."""
    before, after = str(values["before"]), str(values["after"])
    tell("compare", 0, 0)
    # It is told which version is asked: the first, then the second.
    return measuring.compare(settings, before, after, lambda version: tell("compare", int(version == after), 2))


def publish(settings: Settings, values: Values, measuring: Measuring, tell: Tell) -> dict[str, Any]:
    """Make ``version`` live; ``reason`` says why although the gate does not hold (empty: it must hold)."""
    from assistant.publish import publish as make_live

    tell("gate", 0, 0)
    verdict = make_live(settings, str(values["version"]), measuring.gate, str(values["reason"]) or None)
    return {"version": values["version"], "verdict": asdict(verdict) if verdict else None}


TASKS: dict[str, Callable[[Settings, Values, Measuring, Tell], dict[str, Any]]] = {
    "read": read,
    "build": build,
    "compare": compare,
    "publish": publish,
}


def work(measuring: Measuring) -> None:
    """Do the one task that standard input orders, and tell on standard output how it goes (``jobs.py``)."""
    from assistant.settings import Settings, load_settings

    order = json.loads(sys.stdin.readline())
    load_settings()  # which keeps libraries from calling home
    with contextlib.suppress(OSError):
        os.nice(_POLITE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    speak = _voice()
    try:
        settings = Settings.model_validate(order["settings"])
        task = TASKS[order["task"]]
        result = task(settings, order["values"], measuring, lambda stage, done, total: speak(stage=stage, done=done, total=total))
    except WegwijzerError as error:
        speak(error={"code": error.code, "message": error.message, "hint": error.hint})
        return
    speak(result=result)


def _voice() -> Callable[..., None]:
    """Writes lines to what was standard output; whatever else is printed goes to standard error."""
    lines = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def speak(**said: Any) -> None:
        lines.write(json.dumps(said, ensure_ascii=False, default=_plain) + "\n")
        lines.flush()

    return speak


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)

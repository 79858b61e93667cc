"""Checks of an installation, each with its next step."""

from __future__ import annotations

import sys
from collections.abc import Callable

from assistant.answer import AnswerStatus
from assistant.models import ModelError
from assistant.render import text
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.sources import count_loaded
from corpus.errors import StoreError, WegwijzerError
from corpus.publication import Corpus, in_force, load_publications


def examine(settings: Settings) -> bool:
    """Print every check; True when all are well. A failed check does not stop the others."""
    return all([_report(check, settings) for check in _CHECKS])


def _report(check: Callable[[Settings], str], settings: Settings) -> bool:
    try:
        print(f"{text('ok'):>5}  {check(settings)}")
    except WegwijzerError as error:
        print(f"{text('bad'):>5}  {error.message}\n       {error.hint}")
        return False
    return True


def _python(_: Settings) -> str:
    return text("check_python", found=sys.version.split()[0])


def _data(settings: Settings) -> str:
    settings.data.prepare()
    return text("check_data", folder=settings.data.path)


def _publications(settings: Settings) -> str:
    found = [f"{p.id} ({len(p.units)})" for p in load_publications(settings.data.publications)]
    return text("check_publications", found=", ".join(found))


def _sources(settings: Settings) -> str:
    loaded, total = count_loaded(settings)
    return text("check_sources", loaded=loaded, total=total)


def _index(settings: Settings) -> str:
    assistant = Assistant(settings.model_copy(update={"model": None}))
    assistant.warm()
    return text("check_index", found=assistant.index.name)


def _question(settings: Settings) -> str:
    # Without the model, if there is one: a check sends no guidance anywhere.
    assistant = Assistant(settings.model_copy(update={"model": None}))
    starters = assistant.starters("nl")
    # Without starters a title will do to see that asking works; what it gets is no sign of damage.
    answer = assistant.ask(starters[0] if starters else assistant.index.corpus.units[0].title)
    if starters and answer.status != AnswerStatus.ANSWERED:
        raise StoreError("version-damaged", version=assistant.index.name, reason=answer.status)
    return text("check_question")


def _model(settings: Settings) -> str:
    """Whether the model that is set can be reached; it gets one word of ours."""
    if not settings.model:
        return text("check_no_model")
    from assistant.llm.setup import open_client

    client = open_client(settings)
    try:
        client.reach()
    finally:
        client.close()
    return text("check_model", model=settings.model, url=settings.model_url or text("check_provider"))


def _window(settings: Settings) -> str:
    """Whether the model reads what it is set to read: where the whole guidance does not fit, it gets what search finds."""
    if not settings.model or settings.model_mode == "search":
        return text("check_window_search")
    from assistant.llm.passages import whole_tokens

    needed = whole_tokens(Corpus(in_force(load_publications(settings.data.publications))))
    if needed > settings.model_window:
        raise ModelError("whole-too-long", "window", needed=needed, window=settings.model_window)
    return text("check_window", needed=needed, window=settings.model_window)


_CHECKS = (_python, _data, _publications, _sources, _index, _question, _model, _window)

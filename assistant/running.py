"""Commands for those who run an installation: opinions and what is kept. The composition root adds them to the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.feedback import FeedbackStore

feedback_app = typer.Typer(no_args_is_help=True, help="Oordelen over antwoorden.")
privacy_app = typer.Typer(no_args_is_help=True, help="Wat er bewaard wordt.")


@feedback_app.command("list")
def feedback_list() -> None:
    """Toon de oordelen die gebruikers gaven."""
    from assistant.feedback import as_row
    from assistant.render import text

    given = _store().all()
    for feedback in given:
        values: dict[str, Any] = as_row(feedback)
        print(text("feedback_line", **values))
    if not given:
        print(text("feedback_empty"))


@feedback_app.command("export")
def feedback_export(
    cases: Annotated[bool, typer.Option("--cases", help="Als gevallen voor de meetset, om aan te vullen.")] = False,
) -> None:
    """Schrijf elk oordeel als JSON-regel."""
    import json

    from assistant.feedback import as_row

    for feedback in _store().all():
        print(json.dumps(feedback.case() if cases else as_row(feedback), ensure_ascii=False))


@privacy_app.command("report")
def privacy_report() -> None:
    """Zeg wat er van gebruikers bewaard is, en waar."""
    from assistant.render import text
    from assistant.settings import load_settings

    data = load_settings().data
    print(text("privacy_report", folder=data.path, feedback=len(_store().all()), file=data.feedback))


@privacy_app.command("erase")
def privacy_erase() -> None:
    """Wis alles wat van gebruikers bewaard is."""
    from assistant.render import text

    print(text("privacy_erased", count=_store().erase()))


def _store() -> FeedbackStore:
    from assistant.feedback import FeedbackStore
    from assistant.settings import load_settings

    return FeedbackStore(load_settings().data.feedback)

"""Commands for those who run an installation: opinions and what is kept. The composition root adds them to the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.feedback import FeedbackStore
    from assistant.gaps import GapStore

feedback_app = typer.Typer(no_args_is_help=True, help="Oordelen over antwoorden.")
user_app = typer.Typer(no_args_is_help=True, help="Wie er kan inloggen.")
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

    settings = load_settings()
    data = settings.data
    values: dict[str, Any] = {"folder": data.path, "feedback": len(_store().all()), "file": data.feedback}
    values |= {"gaps": len(_gaps().all()), "gaps_file": data.gaps}
    print(text("privacy_report", **values, kept=text("gaps_on" if settings.question_gaps else "gaps_off")))


@privacy_app.command("erase")
def privacy_erase() -> None:
    """Wis alles wat van gebruikers bewaard is."""
    from assistant.render import text

    print(text("privacy_erased", count=_store().erase(), gaps=_gaps().erase()))


@user_app.command("add")
def user_add(name: str, role: Annotated[str, typer.Option(help="user of maintainer")] = "user") -> None:
    """Voeg een gebruiker toe of geef iemand een nieuw wachtwoord."""
    from assistant.render import text
    from assistant.settings import load_settings
    from assistant.web.users import add_user
    from corpus.errors import StoreError

    file = load_settings().users_file
    if file is None:
        raise StoreError("users-unset")
    password = typer.prompt(text("user_password"), hide_input=True, confirmation_prompt=text("user_again"))
    new = add_user(file.expanduser(), name, role, password)
    print(text("user_added" if new else "user_changed", name=name, role=role, file=file))


def back_up(file: Path) -> None:
    """Schrijf een reservekopie van de gegevensmap."""
    from assistant.backup import backup
    from assistant.render import text
    from assistant.settings import load_settings

    copied = backup(load_settings().data.path, file)
    print(text("backed_up", files=copied.files, size=copied.size // 1000, file=file))


def put_back(file: Path) -> None:
    """Zet een reservekopie terug in een lege gegevensmap."""
    from assistant.render import text
    from assistant.restore import restore
    from assistant.settings import load_settings

    settings = load_settings()
    copied = restore(file, settings.data.path, settings.chroma_url)
    print(text("put_back", files=copied.files, size=copied.size // 1000, folder=settings.data.path))


def _store() -> FeedbackStore:
    from assistant.feedback import FeedbackStore
    from assistant.settings import load_settings

    return FeedbackStore(load_settings().data.feedback)


def _gaps() -> GapStore:
    from assistant.gaps import GapStore
    from assistant.settings import load_settings

    return GapStore(load_settings().data.gaps)

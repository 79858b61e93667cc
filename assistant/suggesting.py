"""Two commands: drafts of bank questions, by a language model where that is wanted, and the acceptance of those one keeps."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.llm.client import Messages
    from assistant.settings import Settings
    from corpus.publication import Publication
    from corpus.sentences import Sentence
    from corpus.suggest import Suggestion
    from corpus.unit import Unit

    Ask = Callable[[Messages], str]
    """Gives what the model writes; raises ModelError."""

_AT_ONCE = 4
"""Sentences that a model gets to see at a time."""
_LONGEST = 250
"""Characters of a question."""
_SECONDS = 120.0


def suggest(
    publication: Annotated[str | None, typer.Option(help="Alleen deze publicatie.")] = None,
    with_model: Annotated[bool, typer.Option("--with-model", help="Laat het ingestelde taalmodel de vragen schrijven.")] = False,
) -> None:
    """Schrijf conceptvragen bij zinnen waar nog geen vraag naar leidt, als JSON-regels."""
    from assistant.render import text
    from assistant.settings import load_settings
    from corpus.errors import CorpusError
    from corpus.publication import load_publications
    from corpus.suggest import suggestions

    settings = load_settings()
    known = load_publications(settings.data.publications)
    chosen = [each for each in known if publication in (None, each.id)]
    if not chosen:
        raise CorpusError("bank-publication", publication=publication, known=", ".join(each.id for each in known))
    for each in chosen:
        dropped: Counter[str] = Counter()
        drafts: Iterable[Suggestion] = suggestions(each)
        if with_model:
            model, ask = _asking(settings)
            drafts = written(each, model, ask, dropped)
        count = 0
        for draft in drafts:
            count += 1
            print(draft.line(), flush=True)
        reasons = ", ".join(f"{reason} {number}" for reason, number in dropped.items()) or "–"
        print(text("suggested", publication=each.id, count=count, dropped=reasons), file=sys.stderr)


def accept(
    file: Annotated[str, typer.Argument(help="JSON-regels van `corpus suggest` die u wilt houden; - is standaardinvoer.")],
    uid: Annotated[str, typer.Option("--id", help="De publicatie.")],
) -> None:
    """Zet conceptvragen die u wilt houden in de vragenbank van een publicatie."""
    from assistant.render import text
    from assistant.settings import load_settings
    from corpus.accept import BANK, read_accepted
    from corpus.accept import accept as accepted
    from corpus.errors import CorpusError

    folder = _folder(load_settings().data.publications, uid)
    try:
        given = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError("accept-unreadable", file=file, reason=error) from error
    count = accepted(folder, read_accepted(given), file)
    print(text("accepted", count=count, file=folder / BANK))


def written(publication: Publication, model: str, ask: Ask, dropped: Counter[str]) -> Iterator[Suggestion]:
    """Drafts that a model writes, unit by unit; those that cannot come into the bank are counted by reason in ``dropped``.

    Raises:
        ModelError: the model fails.
    """
    from assistant.prompting import load_prompt
    from corpus.check import Admission, open_sentences

    admission = Admission(publication)
    prompt = load_prompt("suggest", publication.language if publication.language in ("nl", "en") else "nl")
    for unit, sentences in _by_unit(open_sentences(publication)):
        listed = "\n".join(f"- {sentence}" for sentence in sentences)
        said = ask(prompt.messages({"title": unit.title, "text": unit.text, "sentences": listed}))
        for draft in _read(said, unit, model, dropped):
            reason = _unfit(draft, sentences) or admission.refusal(draft.row)
            if reason:
                dropped[reason] += 1
            else:
                yield draft


def _by_unit(found: Iterable[tuple[Unit, Sentence]]) -> Iterator[tuple[Unit, list[str]]]:
    """Units with their sentences, at most ``_AT_ONCE`` at a time."""
    grouped: dict[str, tuple[Unit, list[str]]] = {}
    for unit, sentence in found:
        grouped.setdefault(unit.id, (unit, []))[1].append(sentence.text)
    for unit, sentences in grouped.values():
        for start in range(0, len(sentences), _AT_ONCE):
            yield unit, sentences[start : start + _AT_ONCE]


def _read(said: str, unit: Unit, model: str, dropped: Counter[str]) -> Iterator[Suggestion]:
    """The drafts in what a model wrote: its lines of JSON; other lines that begin like one are counted."""
    from corpus.suggest import Suggestion

    lines = (line.strip().rstrip(",") for line in said.splitlines())
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            row = json.loads(line)
            yield Suggestion(" ".join(str(row["question"]).split()), unit.id, str(row["quote"]), f"model:{model}")
        except (ValueError, KeyError):
            dropped["malformed"] += 1


def _unfit(draft: Suggestion, sentences: list[str]) -> str | None:
    """Why a draft is not about the sentences that were given; None when it is."""
    if not 0 < len(draft.question) <= _LONGEST:
        return "length"
    touches = any(sentence in draft.quote or draft.quote in sentence for sentence in sentences)
    return None if touches and draft.quote.strip() else "quote"


def _asking(settings: Settings) -> tuple[str, Ask]:
    """The name of the model that is set, and a way to ask it.

    Raises:
        ModelError: none is set, or it cannot be opened.
    """
    from assistant.llm.setup import open_client
    from assistant.models import ModelError, model_name

    if not settings.model:
        raise ModelError("model-unset", "unset")
    client = open_client(settings)

    def ask(messages: Messages) -> str:
        return "".join(client.stream(messages, time.monotonic() + _SECONDS))

    return model_name(settings.model), ask


def _folder(added: Path, uid: str) -> Path:
    """The folder of a publication: in the data folder, else in the package."""
    from importlib.resources import files

    from corpus.errors import CorpusError
    from corpus.locator import is_id

    shipped = Path(str(files("corpus") / "publications"))
    for place in (added, shipped):
        if is_id(uid) and (place / uid).is_dir():
            return place / uid
    known = sorted(entry.name for place in (added, shipped) if place.is_dir() for entry in place.iterdir() if entry.is_dir())
    raise CorpusError("bank-publication", publication=uid, known=", ".join(known))

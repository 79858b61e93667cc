"""Documents from real answers: one question, a conversation, English, hostile text, and a publication that means no good."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.citations import write
from assistant.export.document import Document, document_of
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.turn import Statement
from corpus.publication import Publication, read_publication
from corpus.sentences import sentences_of
from index.build import Builder

ON = date(2026, 11, 24)
DATA = Path(__file__).parents[2] / "data"
HOSTILE = """=HYPERLINK("http://evil.example") [klik](https://evil.example) ![b](https://evil.example/b.png) [1]
#let x = 1; #read("/etc/passwd")
# kop
- lijst
1. nummer
    code
---
> citaat
<script>alert(1)</script> <img src=x> &lt; **vet** _schuin_ `code` ~~weg~~ $a^2$ \\[x\\] {{7*7}} {% raw %} | a | b |
www.evil.example iemand@evil.example javascript:alert(1) file:///etc/passwd [^1]: noot
\x00\x07\x1b[31m\x7f\u202egnp.\u200b\U000e0041 \ufffe\ud800 \u2028na een breuk \N{GRINNING FACE}"""


def stated(assistant: Assistant, locator: str, language: str = "nl", question: str = "Wat staat hier?") -> Answer:
    """An answer that says a whole unit, made by the code that makes all citations."""
    unit = assistant.unit(locator)
    text, citations = write([Statement(unit, s) for s in sentences_of(unit)], assistant.index.corpus, language)
    return Answer(
        question=question,
        standalone_question=question,
        status="answered",
        coverage="complete",
        language=language,
        answer=text,
        citations=citations,
        index_version=assistant.index.name,
    )


@pytest.fixture(scope="session")
def say() -> Callable[..., Answer]:
    return stated


@pytest.fixture(scope="session")
def on() -> date:
    return ON


@pytest.fixture(scope="session")
def hostile() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def attacks() -> list[str]:
    lines = (DATA / "attacks.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


@pytest.fixture(scope="session")
def conversation(assistant: Assistant) -> Document:
    """Three turns: an answer, a question that leans on it, an abstention."""
    turns: list[tuple[str, Answer]] = []
    history: list[dict[str, str]] = []
    for question in (
        "Op welke vijf pijlers richt effectieve preventie zich?",
        "En welke bron hoort daarbij?",
        "Hoe bak ik een appeltaart?",
    ):
        answer = assistant.ask(question, history)
        turns.append((question, answer))
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": answer.answer}]
    return document_of(turns, assistant, "nl", ON)


@pytest.fixture(scope="session")
def english(assistant: Assistant) -> Document:
    question = "What does the Istanbul Convention say about prevention?"
    return document_of([(question, assistant.ask(question))], assistant, "en", ON)


@pytest.fixture(scope="session")
def sources(assistant: Assistant) -> Document:
    """Places with footnotes, a list, an own source, and a footnote that refers to another."""
    units = ("actiepunt-4", "actiepunt-6-voorbeeld", "voetnoot-6", "actiepunt-3-praktijk", "nawoord")
    return document_of([(unit, stated(assistant, f"crm-2021:{unit}")) for unit in units], assistant, "nl", ON)


@pytest.fixture(scope="session")
def attacked(assistant: Assistant) -> Document:
    answer = assistant.ask(HOSTILE[:60])
    return document_of([(HOSTILE, answer), (HOSTILE.splitlines()[0][:140], answer)], assistant, "nl", ON)


@pytest.fixture(scope="session")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Document]:
    """An answer from a publication whose text and address are an attack."""
    folder = tmp_path_factory.mktemp("poisoned") / "wateren-2024"
    shutil.copytree(DATA / "wateren-2024", folder)
    replace_in(
        folder / "guidance.md",
        "Riet blijft in de winter staan",
        r"Riet \[klik\](javascript:alert(1)) \`x\` #let y \<b\>blijft\</b\> $a^2$ staan",
    )
    replace_in(folder / "publication.toml", "https://example.org/sloten", "javascript:alert(1)")
    publication: Publication = read_publication(folder)
    settings = Settings(data_dir=tmp_path_factory.mktemp("poisoned-data"))
    Builder(settings.data, settings.embedding_model).build([publication])
    assistant = Assistant(settings)
    yield document_of([("Riet?", stated(assistant, "wateren-2024:bepaling-1"))], assistant, "nl", ON)
    assistant.close()


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

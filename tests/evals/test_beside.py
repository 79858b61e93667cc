"""A publication without a question bank beside one that has a bank: both are found, and neither spoils the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Answer, AnswerStatus
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.evidence import evidence_html
from corpus.publication import Publication, read_publication
from evals.cases import load_cases
from evals.gate import judge
from index.build import Builder

DATA = Path(__file__).parent.parent / "data"
QUESTIONS = [line.split("\t") for line in (DATA / "opvang-questions.tsv").read_text(encoding="utf-8").splitlines()]
"""What a question is for ("none": what neither answers, "off": anything else), the unit that answers it, and itself."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, settings: Settings, publication: Publication) -> Iterator[Assistant]:
    own = settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("both")})
    Builder(own.data, own.embedding_model).build([publication, read_publication(DATA / "opvang-2024")])
    assistant = Assistant(own)
    yield assistant
    assistant.close()


def _cites(answer: Answer, locator: str) -> bool:
    return any(citation.locator == locator for citation in answer.citations)


def test_the_one_without_a_bank_is_found(both: Assistant) -> None:
    found = [_cites(both.ask(question), f"opvang-2024:{unit}") for kind, unit, question in QUESTIONS if kind == "opvang"]
    assert len(found) >= 60 and sum(found) / len(found) >= 0.75


def test_the_evidence_names_the_publication(both: Assistant, assistant: Assistant) -> None:
    answer = both.ask("Hoeveel uur bijscholing volgt een aandachtsfunctionaris per jaar?")
    assert "Meldcode en opvang</span>" in evidence_html(answer, 1, both, "nl")
    alone = evidence_html(assistant.ask("Wat zegt actiepunt 3?"), 1, assistant, "nl")
    assert str(assistant.index.corpus.guidance[0].data["short_title"]) + "</span>" not in alone


def test_off_topic_stays_off_topic(both: Assistant) -> None:
    given = {question: both.ask(question).status for kind, _, question in QUESTIONS if kind == "off"}
    assert len(given) >= 15 and set(given.values()) == {AnswerStatus.OFF_TOPIC}, given


def test_the_gate_of_the_first_one_holds(both: Assistant, settings: Settings) -> None:
    own = settings.model_copy(update={"data_dir": both.index.folder.parents[2]})
    verdict = judge(own, both.index.name)
    assert verdict.misses == () and verdict.cases >= 200


def test_limited_to_the_first_one_nothing_changes(both: Assistant, assistant: Assistant) -> None:
    for case in load_cases("dev", assistant.index.corpus)[::8]:
        history = [message.model_dump() for message in case.history]
        alone, limited = (
            asked.ask(case.question, history, publication="crm-2021").model_dump(exclude={"timing_ms", "index_version"})
            for asked in (assistant, both)
        )
        assert alone["answer"] == limited["answer"] and alone["citations"] == limited["citations"]
        assert alone["retrieved"] == limited["retrieved"]

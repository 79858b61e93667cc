"""The gate on the test half, and that it closes when something is spoilt."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from assistant.service import Assistant
from assistant.settings import Settings
from corpus.publication import Publication
from evals.baseline import TOLERANCE, misses, worse, write_baseline
from evals.cases import load_cases
from evals.report import render, write_report
from evals.score import measures
from evals.suite import Run, compare, evaluate, score_again, write_run
from index.build import Builder
from index.fusion import INGREDIENTS


@pytest.fixture(scope="module")
def run(settings: Settings, assistant: Assistant) -> Run:
    return evaluate(settings, "test", assistant=assistant)


def test_the_test_half_is_no_worse_than_the_baseline(run: Run, assistant: Assistant) -> None:
    assert misses(run, assistant.index.corpus) == []


def test_the_gates_hold(run: Run, assistant: Assistant) -> None:
    for name, measure in measures(assistant.index.corpus).items():
        if measure.gate is not None:
            value = run.summary[name].value
            assert (value <= measure.gate) if measure.lower_is_better else (value >= measure.gate), (name, value)


def test_swapped_units_close_the_gate(tmp_path: Path, settings: Settings, publication: Publication) -> None:
    chance = random.Random(5)
    rows = list(publication.bank)
    spoilt = chance.sample(range(len(rows)), len(rows) // 10)
    for row in spoilt:
        other = rows[chance.choice(spoilt)]
        rows[row] = replace(rows[row], unit=other.unit, quote=other.quote)
    other_settings = settings.model_copy(update={"data_dir": tmp_path})
    Builder(other_settings.data, settings.embedding_model).build([replace(publication, bank=tuple(rows))])
    spoiled = evaluate(other_settings, "test")
    assert worse(spoiled, Assistant(settings).index.corpus)


@pytest.mark.parametrize("off", INGREDIENTS)
def test_an_ingredient_switched_off_closes_the_gate(settings: Settings, assistant: Assistant, off: str) -> None:
    without = settings.model_copy(update={"without": frozenset({off})})
    lesser = assistant.switched_off([off])
    if not worse(evaluate(without, "test", assistant=lesser), assistant.index.corpus):
        # One case of the test half weighs 0.006: what adds less is seen on the larger half.
        whole, rest = evaluate(settings, "dev", assistant=assistant).summary, evaluate(without, "dev", assistant=lesser).summary
        assert any(whole[name].value - rest[name].value > TOLERANCE for name in ("top1", "cited", "facts"))


def test_a_run_is_kept_scored_again_and_compared(run: Run, assistant: Assistant, tmp_path: Path) -> None:
    folder = write_run(run, tmp_path)
    write_report(run, folder, assistant.index.corpus)
    again = score_again(folder, assistant)
    assert again.rows == run.rows
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and "http" not in page.split("</style>")[0]
    assert all(difference == (0.0, 0.0, 0.0, difference[3]) for difference in compare(folder, folder).values())
    bad = tmp_path / "bad"
    bad.mkdir()
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    (bad / "rows.jsonl").write_text("".join(json.dumps(row | ({"top5": 0.0} if "top5" in row else {})) + "\n" for row in rows))
    assert compare(folder, bad)["top5"][0] < -0.9


def test_the_report_names_every_failed_gate(run: Run, assistant: Assistant) -> None:
    bad = replace(run, summary=run.summary | {"top5": replace(run.summary["top5"], value=0.5)})
    assert "MISSED" in render(bad, assistant.index.corpus)


def test_a_baseline_is_what_was_accepted(run: Run, assistant: Assistant, tmp_path: Path) -> None:
    write_baseline(run, tmp_path / "b.json")
    kept = json.loads((tmp_path / "b.json").read_text())
    assert list(kept["rows"]) == [case.id for case in run.cases]
    assert fmean(row["top5"] for row in kept["rows"].values() if "top5" in row) == pytest.approx(
        run.summary["top5"].value, abs=1e-4
    )


def test_fewer_cases_are_compared_with_the_same_ones(run: Run, assistant: Assistant) -> None:
    missed = [uid for uid, row in run.rows.items() if row.get("near_miss") == 0]
    assert missed
    without_hits = {uid: row for uid, row in run.rows.items() if row.get("near_miss") != 1}
    assert worse(replace(run, rows=without_hits), assistant.index.corpus) == []
    spoilt = run.rows | {uid: row | {"near_miss": 0.0} for uid, row in run.rows.items() if "near_miss" in row}
    assert any(miss.startswith("near_miss: 0.000") for miss in worse(replace(run, rows=spoilt), assistant.index.corpus))


def test_the_halves_are_large_and_share_no_question(assistant: Assistant) -> None:
    dev, test = (load_cases(half, assistant.index.corpus) for half in ("dev", "test"))
    assert len(dev) + len(test) >= 300
    bank = {row.question.lower() for p in assistant.index.corpus.publications.values() for row in (*p.bank, *p.gaps)}
    asked = [(case.question.lower(), tuple(m.content for m in case.history)) for case in (*dev, *test)]
    assert len(set(asked)) == len(asked)
    assert not bank & {question for question, history in asked if not history}


def test_same_question_same_answer(assistant: Assistant, settings: Settings) -> None:
    first, second = assistant.ask("Waarom melden vrouwen niet?"), Assistant(settings).ask("Waarom melden vrouwen niet?")
    assert first.model_dump(exclude={"timing_ms"}) == second.model_dump(exclude={"timing_ms"})

"""Evaluation with a model: scripted servers write and judge, and the figures must be what their own records say."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score
from typer.testing import CliRunner

from assistant.answer import Answer, Citation, Dropped, Trace
from assistant.cli import app
from assistant.llm.setup import open_writer
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.switching import Pinned, Served
from corpus.errors import EvalError, WegwijzerError
from evals.agreement import agreement
from evals.cases import Case, load_cases
from evals.judge import Judge, judge_pairs, open_judge, read_verdict
from evals.pairs import load_pairs
from evals.printed import written_report
from evals.suite import compare
from evals.written import WrittenRun, evaluate_written, first_of_each, score_written_again, write_written
from evals.written_metrics import Prices, Shown, Writing, facts_quoted, figures, shown_in

WINDOW = 20_000


def _scripted() -> ModuleType:
    """The server's module: tests are no packages, so it is loaded by its place."""
    if "scripted" not in sys.modules:
        spec = importlib.util.spec_from_file_location("scripted", Path(__file__).parents[1] / "assistant/llm/scripted.py")
        assert spec and spec.loader
        sys.modules["scripted"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["scripted"])
    return sys.modules["scripted"]


scripted_module = _scripted()


class ScriptedJudge(scripted_module.ScriptedServer):  # type: ignore[name-defined,misc]
    """Says no to every third sentence, nonsense to those in ``mute``, and keeps a record."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.mute: set[str] = set()

    def _script(self, messages: list[dict[str, str]]) -> Iterator[str]:
        found = re.search(r"<zin>\n(.+)\n</zin>", messages[-1]["content"])
        if not found:
            yield "Pong."
            return
        word = "misschien" if found[1] in self.mute else "Nee." if len(self.said) % 3 == 2 else "Ja"
        yield self.said.setdefault(found[1], word)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    server = scripted_module.ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def judging() -> Iterator[ScriptedJudge]:
    server = ScriptedJudge()
    yield server
    server.close()


@pytest.fixture
def changed(settings: Settings, server: Any) -> Callable[..., Settings]:
    values = {"model": "openai:scripted", "model_url": server.address, "model_window": WINDOW, "model_retries": 0}

    def change(**changes: Any) -> Settings:
        return settings.model_copy(update=values | changes)

    return change


@pytest.fixture
def evaluated(assistant: Assistant, changed: Callable[..., Settings], server: Any) -> Iterator[Callable[..., WrittenRun]]:
    """Evaluates one case of each kind with the scripted model on the index of all tests."""
    writers = []

    def run(behaviour: str = "faithful", judge: Judge | None = None, **changes: Any) -> WrittenRun:
        server.behaviour = behaviour
        server.record.clear()
        settings, served, other = changed(**changes), assistant._serving.current, copy(assistant)
        writers.append(open_writer(settings, served.index))
        other._serving = Pinned(Served(served.index, replace(served.house, writer=writers[-1])))
        return evaluate_written(settings, other, "dev", limit=1, judge=judge)

    yield run
    for writer in writers:
        writer.close()


def _judge(settings: Settings, server: ScriptedJudge) -> Judge:
    return open_judge(settings.model_copy(update={"judge_model": "openai:judge", "judge_url": server.address}))


def test_a_faithful_model_is_measured_judged_kept_and_scored_again(
    evaluated: Callable[..., WrittenRun],
    settings: Settings,
    assistant: Assistant,
    server: Any,
    judging: ScriptedJudge,
    tmp_path: Path,
) -> None:
    judge = _judge(settings, judging)
    run = evaluated(judge=judge, model_price_asked=2.0, model_price_written=4.0)
    assert len({case.kind for case in run.cases}) == len(run.cases) > 10
    f = run.figures
    english = [w for case in run.cases if case.language == "en" and (w := run.writings[case.id]).trace]
    # The server knows Dutch only.
    assert english and all(w.trace and w.trace.failure and not w.shown for w in english)
    assert f.written == f.asked - len(english) > 8 and f.failures == {"nothing_left": len(english)}
    assert run.summary["written"].value == pytest.approx(f.written / f.asked) and set(f.dropped) == {"language"}
    shown = [each for writing in run.writings.values() for each in writing.shown]
    assert f.shown == len(shown) and {each.sentence for each in shown} <= set(server.record.faithful)
    assert all(each.quotes and all(quote in _texts(assistant) for quote in each.quotes) for each in shown)

    verdicts = [judging.said[each.sentence] == "Ja" for each in shown]
    assert (f.judged, f.supported) == (len(verdicts), sum(verdicts)) and 0 < f.supported < f.judged
    assert f.tokens_asked and (f.tokens_asked.mean, f.tokens_asked.p95) == server.usage[:1] * 2
    assert f.cost == pytest.approx((server.usage[0] * 2.0 + server.usage[1] * 4.0) / 1e6)
    assert f.first_seconds and f.seconds and 0 < f.first_seconds.median <= f.seconds.median <= f.seconds.p95
    ordinary = {name for row in run.rows.values() for name in row}
    assert {"top1", "cited", "facts", "facts_quoted", "literal", "markers", "near_miss", "faithful"} <= ordinary
    assert run.summary["literal"].value == run.summary["markers"].value == 1.0
    assert run.summary["facts_quoted"].value >= run.summary["facts"].value

    folder = write_written(run, tmp_path, written_report(run))
    asked = len(server.record.requests), len(judging.record.requests)
    again = score_written_again(folder, assistant.index.corpus, Prices(20.0, 40.0))
    assert (len(server.record.requests), len(judging.record.requests)) == asked
    assert again.rows == run.rows and again.figures.cost == pytest.approx(10 * (f.cost or 0))
    assert replace(again.figures, cost=f.cost) == f
    kept = json.loads((folder / "settings.json").read_text())
    assert kept["writer"] == "openai:scripted" and kept["mode"] == "search" and set(kept["prompts"]) >= {"answer.nl", "answer.en"}
    assert kept["judge"] == {"model": "judge", "prompt": judge.prompt.hash}
    (folder / "written.jsonl").write_text("".join((folder / "written.jsonl").read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(EvalError) as lost:
        score_written_again(folder, assistant.index.corpus, Prices())
    assert lost.value.code == "run-unreadable"


def _texts(assistant: Assistant) -> str:
    return "\0".join(unit.text for unit in assistant.index.corpus.units)


def test_a_falsifying_model_falls_back_and_its_sentences_are_counted_by_reason(
    evaluated: Callable[..., WrittenRun], assistant: Assistant, server: Any
) -> None:
    run = evaluated("numbers", model_failures=1000)
    f = run.figures
    assert f.written == 0 and f.shown == 0 and f.judged == 0 and run.agreement is None and f.cost is None
    assert f.failures == {"nothing_left": f.asked}
    assert sum(f.dropped.values()) == f.sentences == len(server.record.falsified) and f.dropped["number"] > 0
    assert run.summary["dropped"].value == 1.0 and "faithful" not in run.summary
    literal = {case.id: assistant.ask(case.question, [m.model_dump() for m in case.history]) for case in run.cases}
    assert all(run.answers[uid].citations == answer.citations for uid, answer in literal.items())


def test_both_modes_side_by_side_with_a_judge_and_its_agreement(
    assistant: Assistant,
    changed: Callable[..., Settings],
    server: Any,
    judging: ScriptedJudge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.behaviour = "faithful"
    settings = changed()
    values = {"DATA_DIR": settings.data_dir, "MODEL": settings.model, "MODEL_URL": settings.model_url, "MODEL_WINDOW": WINDOW}
    for name, value in (values | {"JUDGE_MODEL": "openai:judge", "JUDGE_URL": judging.address}).items():
        monkeypatch.setenv(f"WEGWIJZER_{name}", str(value))
    result = CliRunner().invoke(app, ["eval", "model", "--limit", "1", "--judge"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    search, whole = sorted((settings.data.path / "evals").iterdir())[-2:]
    assert search.name.endswith("-dev-search") and whole.name.endswith("-dev-whole")
    passages = [json.loads(line)["trace"] for line in (whole / "written.jsonl").read_text().splitlines()]
    assert all(trace["passages"] > 100 for trace in passages if trace)

    kept = json.loads((whole / "comparison.json").read_text())["measures"]
    expected = compare(search, whole)
    assert {name: (d["value"], d["low"], d["high"], d["n"]) for name, d in kept.items()} == expected
    assert "kappa" in result.output and f"n={kept['facts']['n']})" in result.output
    pairs = {pair.id: pair for pair in load_pairs("dev")}
    judged = [json.loads(line) for line in (search / "judged.jsonl").read_text().splitlines()]
    assert {row["id"] for row in judged} <= set(pairs)
    labels = [pairs[row["id"]].supported for row in judged]
    said = [judging.said[pairs[row["id"]].sentence] == "Ja" for row in judged]
    summary = json.loads((search / "summary.json").read_text())
    assert summary["agreement"]["kappa"] == pytest.approx(cohen_kappa_score(labels, said))
    assert summary["agreement"]["accuracy"] == pytest.approx(accuracy_score(labels, said))
    questions = [case.question for case in load_cases("dev", assistant.index.corpus)]
    assert not any(question in result.output for question in questions)

    again = CliRunner().invoke(app, ["eval", "score", search.name], catch_exceptions=False)
    assert again.output.splitlines()[:-1] == (search / "report.txt").read_text().splitlines()


def test_agreement_is_that_of_an_independent_implementation() -> None:
    chance = random.Random(7)
    labels = [chance.random() < 0.6 for _ in range(240)]
    verdicts = [label if chance.random() < 0.8 else not label for label in labels]
    found = agreement([*labels, True], [*verdicts, None])
    assert found.kappa == pytest.approx(cohen_kappa_score(labels, verdicts)) and found.unjudged == 1 and found.n == 240
    assert found.accuracy == pytest.approx(accuracy_score(labels, verdicts))
    picks = np.random.default_rng(1).integers(0, 240, size=(1000, 240))
    drawn = [cohen_kappa_score(np.array(labels)[pick], np.array(verdicts)[pick]) for pick in picks]
    assert (found.kappa_low, found.kappa_high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.02)
    passed = [verdict for label, verdict in zip(labels, verdicts, strict=True) if not label]
    assert found.false_passed == pytest.approx(sum(passed) / len(passed))


def test_a_judge_that_always_agrees_or_says_nothing_gets_no_credit() -> None:
    assert agreement([True, True], [True, True]).kappa is None
    yes_man = agreement([True, False] * 20, [True] * 40)
    assert yes_man.kappa == 0.0 and yes_man.false_passed == 1.0 and yes_man.accuracy == 0.5
    silent = agreement([True, False], [None, None])
    assert (silent.n, silent.kappa, silent.unjudged) == (0, None, 2)


def test_a_judge_is_asked_once_and_its_silence_is_counted(settings: Settings, judging: ScriptedJudge) -> None:
    judge, pairs = _judge(settings, judging), load_pairs("dev")[:4]
    judging.mute.add(pairs[1].sentence)
    rows = judge_pairs(judge, [*pairs, *pairs])
    assert [row["verdict"] for row in rows] == [True, None, False, True] * 2
    assert judge.failures == {"verdict": 1} and len(judging.record.requests) == 1 + len(pairs)
    judging.behaviour = "401"
    assert judge.verdict("Een andere zin.", ["Een citaat."]) is None and judge.failures["status_401"] == 1
    sent = judging.record.requests[1]["messages"][-1]["content"]
    assert pairs[0].sentence in sent and all(quote in sent for quote in pairs[0].quotes)


@pytest.mark.parametrize(
    ("said", "verdict"), [("ja", True), (" **Nee**, want", False), ("no", False), ("Jawel", None), ("", None)]
)
def test_one_word_is_read(said: str, verdict: bool | None) -> None:
    assert read_verdict(said) is verdict


def test_what_is_not_set_is_refused_before_anything_is_asked(settings: Settings, evaluated: Callable[..., WrittenRun]) -> None:
    def code(call: Callable[[], object]) -> str:
        with pytest.raises(WegwijzerError) as caught:
            call()
        return caught.value.code

    assert code(lambda: open_judge(settings)) == "judge-unset"
    gone = settings.model_copy(update={"judge_model": "openai:x", "judge_url": "http://127.0.0.1:9/v1", "model_retries": 0})
    assert code(lambda: open_judge(gone)) == "model-failed"
    assert code(lambda: evaluated(model_mode="whole", model_window=2000)) == "whole-too-long"


def _answer(text: str, quotes: list[str], answerer: str = "llm") -> Answer:
    places: dict[str, Any] = {"locator": "p:a", "unit": "a", "label": "A", "page": "1"}
    citations = [Citation(marker=number, quote=quote, **places) for number, quote in enumerate(quotes, 1)]
    values: dict[str, Any] = {
        "question": "?",
        "standalone_question": "?",
        "language": "nl",
        "index_version": "v",
        "status": "answered",
    }
    return Answer(answer=text, citations=citations, answerer=answerer, **values)


def test_sentences_are_read_from_an_answer_with_their_quotes() -> None:
    text = "Dit staat er niet.\n\nEen zin met nr. 3 (stand 2021) [1] Nog een zin. [2] [1]\n- Een regel. [2]"
    assert shown_in(_answer(text, ["q1", "q2"])) == [
        Shown(sentence="Een zin met nr. 3", quotes=["q1"]),
        Shown(sentence="Nog een zin.", quotes=["q2", "q1"]),
        Shown(sentence="Een regel.", quotes=["q2"]),
    ]
    assert shown_in(_answer(text, ["q1", "q2"], "extractive")) == []


def test_a_fact_may_stand_in_the_quote_that_is_cited() -> None:
    values = {"id": "x", "kind": "plain", "language": "nl", "question": "?", "expect": ["answered"], "gold": ["a"]}
    case = Case.model_validate(values | {"facts": [["acht jaar", "8 jaar"], ["vrouwen"]]})
    assert facts_quoted(_answer("Vrouwen wachten lang. [1]", ["Vrouwen wachten acht jaar."]), case)
    assert not facts_quoted(_answer("Vrouwen wachten lang. [1]", ["Vrouwen wachten lang."]), case)
    assert not facts_quoted(_answer(" ".join(["vrouwen"] * 121), ["Acht jaar."]), case)


def test_totals_of_tokens_time_and_reasons() -> None:
    def writing(number: int, failure: str | None, asked: int | None, first: float | None) -> Writing:
        dropped = [Dropped(sentence="x", reason="name")] * number
        trace = Trace(
            model="m", prompt="h", passages=1, sentences=number + 1, dropped=dropped, failure=failure, tokens_asked=asked
        )
        trace.tokens_written = None if asked is None else 100
        shown = [] if failure else [Shown(sentence="z", quotes=["q"], supported=None)]
        return Writing(id=str(number), trace=trace, shown=shown, first_seconds=first, seconds=float(number))

    rows = [writing(1, None, 1000, 0.5), writing(2, "timeout", None, 0.9), writing(3, None, 3000, 0.7)]
    rows.append(Writing(id="talk", trace=None, shown=[], first_seconds=None, seconds=0.1))
    f = figures(rows, Prices(1.0, 2.0))
    assert (f.asked, f.written, f.failures, f.sentences, f.dropped) == (3, 2, {"timeout": 1}, 9, {"name": 6})
    assert f.tokens_asked and (f.tokens_asked.mean, f.tokens_asked.n) == (2000, 2) and f.cost == pytest.approx(0.0022)
    assert f.first_seconds and f.first_seconds.median == pytest.approx(0.6) and f.seconds and f.seconds.n == 3
    assert figures(rows, Prices(1.0, None)).cost is None and figures([], Prices(1.0, 1.0)).tokens_asked is None


def test_the_first_of_each_kind_are_always_the_same(assistant: Assistant) -> None:
    cases = load_cases("dev", assistant.index.corpus)
    two = first_of_each(cases, lambda case: case.kind, 2)
    assert two == first_of_each(cases, lambda case: case.kind, 2) == [case for case in cases if case in two]
    assert first_of_each(cases, lambda case: case.kind, None) == cases

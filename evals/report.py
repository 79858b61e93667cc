"""The report of a run, for people: Markdown, and HTML with plots in it."""

from __future__ import annotations

import html
import io
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from assistant.answer import AnswerStatus
from corpus.publication import Corpus
from evals.cases import Case
from evals.score import Summary, measures
from evals.suite import WATCHED, Run

_WORST = 25
_BINS = ((0.0, 0.86), (0.86, 0.88), (0.88, 0.90), (0.90, 0.92), (0.92, 0.94), (0.94, 1.01))
"""Of the cosine of the nearest bank question."""


def write_report(run: Run, folder: Path, corpus: Corpus) -> None:
    """Write ``report.md`` and ``report.html`` into a run's folder."""
    markdown = render(run, corpus)
    (folder / "report.md").write_text(markdown, encoding="utf-8")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    plots = "\n".join(f"<figure>{svg}<figcaption>{html.escape(title)}</figcaption></figure>" for title, svg in _plots(run))
    style = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto}td,th{padding:.1rem .7rem;text-align:left}"
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Wegwijzer eval</title><style>{style}</style>{body}{plots}'
    )
    (folder / "report.html").write_text(page, encoding="utf-8")


def render(run: Run, corpus: Corpus) -> str:
    """The report as Markdown."""
    parts = [
        f"# Evaluation of the {run.settings['half']} half",
        "\n".join(f"- {key}: `{value}`" for key, value in run.settings.items()),
        "## Measures\n\n" + _table(("measure", "value", "95 % interval", "n", "gate", "goal", ""), _measured(run, corpus)),
        "## By kind\n\n" + _table(("kind", "n", *WATCHED), _by_kind(run)),
        "## Statuses\n\n" + _table(("expected", *(status.value for status in AnswerStatus)), _confusion(run)),
        "## Right unit in the top five, by cosine of the nearest bank question\n\n"
        + _table(("cosine", "cases", "top5", "cited", "facts"), _by_distance(run)),
    ]
    if run.without:
        rows = [[name, *(_change(run.summary, other, m) for m in WATCHED)] for name, other in run.without.items()]
        parts.append("## Without an ingredient (change)\n\n" + _table(("without", *WATCHED), rows))
    parts.append("## Worst cases\n\n" + "\n\n".join(_case(run, case) for case in _worst(run)))
    return "\n\n".join(parts) + "\n"


def _measured(run: Run, corpus: Corpus) -> list[list[str]]:
    rows = []
    for name, measure in measures(corpus).items():
        if name in run.summary:
            s = run.summary[name]
            verdict = (
                "" if measure.gate is None else ("ok" if _holds(s.value, measure.gate, measure.lower_is_better) else "MISSED")
            )
            limits = ["" if limit is None else f"{limit:g}" for limit in (measure.gate, measure.goal)]
            rows.append([name, f"{s.value:.3f}", f"{s.low:.3f}–{s.high:.3f}", str(s.n), *limits, verdict])
    return [*rows, *_latency(run)]


def _latency(run: Run) -> list[list[str]]:
    times = sorted(answer.timing_ms["total"] for answer in run.answers.values())
    shares = (("ms, median", 0.5), ("ms, 95th percentile", 0.95))
    return [[name, f"{times[int(share * (len(times) - 1))]:.1f}", "", str(len(times)), "", "", ""] for name, share in shares]


def _holds(value: float, gate: float, lower_is_better: bool) -> bool:
    return value <= gate if lower_is_better else value >= gate


def _by_kind(run: Run) -> list[list[str]]:
    groups: dict[str, list[dict[str, float]]] = defaultdict(list)
    for case in run.cases:
        groups[case.kind].append(run.rows[case.id])
    return [[kind, str(len(rows)), *(_mean(rows, name) for name in WATCHED)] for kind, rows in groups.items()]


def _confusion(run: Run) -> list[list[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case in run.cases:
        counts[case.expect[0]][run.answers[case.id].status] += 1
    return [[expected, *(str(count[status] or "") for status in AnswerStatus)] for expected, count in counts.items()]


def _by_distance(run: Run) -> list[list[str]]:
    found = []
    for low, high in _BINS:
        rows = [run.rows[case.id] for case in run.cases if case.answerable and low <= run.nearest.get(case.id, 0.0) < high]
        if rows:
            found.append([f"{low:.2f}–{high:.2f}", str(len(rows)), *(_mean(rows, name) for name in ("top5", "cited", "facts"))])
    return found


def _mean(rows: list[dict[str, float]], name: str) -> str:
    values = [row[name] for row in rows if name in row]
    return f"{sum(values) / len(values):.2f}" if values else ""


def _change(whole: dict[str, Summary], without: dict[str, Summary], name: str) -> str:
    return f"{without[name].value - whole[name].value:+.3f}" if name in whole and name in without else ""


def _failed(row: dict[str, float]) -> int:
    wanted = ("top5", "cited", "facts", "places", "sources", "off_topic", "near_miss", "talk", "literal", "markers")
    return sum(row.get(name, 1.0) < 1.0 for name in wanted)


def _worst(run: Run) -> list[Case]:
    return sorted((c for c in run.cases if _failed(run.rows[c.id])), key=lambda c: -_failed(run.rows[c.id]))[:_WORST]


def _case(run: Run, case: Case) -> str:
    answer = run.answers[case.id]
    found = ", ".join(f"{r.unit} {r.score:.1f}" for r in answer.retrieved[:5])
    said = answer.answer.replace("\n", " ")[:400]
    expected = f"expected {'/'.join(case.expect)} from {', '.join(case.gold) or '–'}"
    given = f"got {answer.status} citing {', '.join(dict.fromkeys(c.unit for c in answer.citations)) or '–'}"
    return f"**{case.id}** ({case.kind}) {case.question}\n\n- {expected}; {given}\n- found: {found or '–'}\n- {said}"


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def _plots(run: Run) -> list[tuple[str, str]]:
    """Title and SVG of each plot."""
    import matplotlib as mpl

    mpl.use("Agg")
    top5 = WATCHED.index("top5") + 2
    kinds = [row for row in _by_kind(run) if row[top5]]
    distances = _by_distance(run)
    plots = [
        ("Right unit in the top five, by kind", [row[0] for row in kinds], [float(row[top5]) for row in kinds]),
        ("The same by cosine of the nearest bank question", [row[0] for row in distances], [float(row[2]) for row in distances]),
    ]
    if run.without:
        lost = {n: run.summary["cited"].value - other["cited"].value for n, other in run.without.items()}
        plots.append(("What each ingredient adds (right unit cited)", list(lost), list(lost.values())))
    return [(title, _bars(names, values)) for title, names, values in plots] + [("Expected and given statuses", _heat(run))]


def _bars(names: list[str], values: list[float]) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.4 * len(names) + 1))
    axes = figure.subplots()
    axes.barh(names[::-1], values[::-1], color="#154273")
    return _svg(figure)


def _heat(run: Run) -> str:
    from matplotlib.figure import Figure

    table = _confusion(run)
    figure = Figure(figsize=(8, 0.5 * len(table) + 2))
    axes = figure.subplots()
    axes.imshow([[int(cell or 0) for cell in row[1:]] for row in table], cmap="Blues", aspect="auto")
    axes.set_yticks(range(len(table)), [row[0] for row in table])
    axes.set_xticks(range(len(AnswerStatus)), [status.value for status in AnswerStatus], rotation=45, ha="right")
    for y, row in enumerate(table):
        for x, cell in enumerate(row[1:]):
            axes.text(x, y, cell, ha="center", va="center")
    return _svg(figure)


def _svg(figure: Any) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", bbox_inches="tight")
    return stream.getvalue().partition("<svg")[2].join(["<svg", ""])

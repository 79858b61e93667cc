"""Pages to read before one publishes: what was read of a publication, what differs between versions, which answers change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assistant.maintain.frame import Frame, paragraph
from index.diff import Difference, Pieces, UnitChange

_MARKS = {"removed": "del", "added": "ins"}
_AROUND = 300
"""Characters of what stayed that are shown on either side of a change."""


def report_page(frame: Frame, publication: str, report: str | None) -> str:
    """The report on an added publication, which is Markdown; None when there is none."""
    from markdown_it import MarkdownIt

    heading = frame.words("report_of", publication=publication)
    if report is None:
        return frame.page(heading, paragraph(frame.words("report_none", publication=publication)), "/report", f"id={publication}")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link"]).render(report)
    # The page has its own first heading.
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    return frame.page(heading, html, "/report", f"id={publication}")


def diff_page(frame: Frame, before: str, after: str, difference: Difference) -> str:
    """Every unit that differs between two versions, word by word."""
    counts = {kind: sum(unit.kind == kind for unit in difference.units) for kind in ("added", "removed", "changed")}
    told = [paragraph(frame.words("diff_intro", before=before, after=after, **counts))]
    for change in difference.publications:
        name = " → ".join(dict.fromkeys(uid for uid in (change.before, change.after) if uid))
        told.append(paragraph(frame.words("diff_publication", publication=name, **_counted(change.counts))))
    told.append(paragraph(frame.words("diff_legend" if difference.units else "diff_none")))
    units = [_unit(frame, unit) for unit in difference.units]
    return frame.page(frame.words("diff"), "".join([*told, *units]), "/diff", f"before={before}&after={after}")


def _counted(counts: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    return {name: f"{old} → {new}" if old != new else str(old) for name, (old, new) in counts.items()}


def _unit(frame: Frame, change: UnitChange) -> str:
    where = " → ".join(dict.fromkeys(locator for locator in (change.before, change.after) if locator))
    parts = [f"<h2>{escape(frame.words(f'change_{change.kind}', where=where))}</h2>"]
    for name, found in change.parts.items():
        if found:
            parts.append(f'<h3>{escape(frame.words(f"part_{name}"))}</h3><div class="unit">{pieces_html(frame, found)}</div>')
    return "".join(parts)


def pieces_html(frame: Frame, pieces: Pieces) -> str:
    """Words that changed, marked for the eye and for a screen reader; of long stretches that stayed only the edges."""
    last = len(pieces) - 1
    html = []
    for number, piece in enumerate(pieces):
        if piece.kind == "kept":
            html.append(escape(_shortened(piece.text, number == 0, number == last)))
            continue
        begin, end = (f'<span class="voice">[{escape(frame.words(f"{edge}_{piece.kind}"))}] </span>' for edge in ("begin", "end"))
        html.append(f"<{_MARKS[piece.kind]}>{begin}{escape(piece.text)}{end}</{_MARKS[piece.kind]}>")
    return "".join(html)


def _shortened(text: str, first: bool, last: bool) -> str:
    if len(text) <= 2 * _AROUND:
        return text
    return f"{'' if first else text[:_AROUND]} … {'' if last else text[-_AROUND:]}"


def comparison_page(frame: Frame, compared: Mapping[str, Any]) -> str:
    """Which answers, citations and scores change; ``compared`` is the plain data that ``index compare --json`` prints."""
    before, after, changes = compared["before"], compared["after"], compared["changes"]
    values = {"before": before, "after": after, "cases": compared["cases"], "bank": compared["bank"], "count": len(changes)}
    parts = [paragraph(frame.words("compare_intro", **values))]
    for version, questions in compared["left_out"].items():
        if questions:
            parts.append(paragraph(frame.words("compare_left_out", version=version, count=len(questions))))
    if compared["scores"]:
        parts += [f"<h2>{escape(frame.words('compare_scores'))}</h2>", _scores(frame, compared["scores"])]
    parts.append(f"<h2>{escape(frame.words('compare_changes'))}</h2>")
    parts += [_answer_change(frame, change) for change in changes] or [paragraph(frame.words("compare_same"))]
    return frame.page(frame.words("compare"), "".join(parts), "/comparison", f"before={before}&after={after}")


def _scores(frame: Frame, scores: Mapping[str, Sequence[float]]) -> str:
    rows = [(escape(name), f"{old:.3f}", f"{new:.3f}", str(n)) for name, (old, new, n) in scores.items()]
    columns = ("column_score", "column_before", "column_after", "column_number")
    return frame.table("compare_scores_caption", columns, rows)


def _answer_change(frame: Frame, change: Mapping[str, Any]) -> str:
    what = ", ".join(frame.words(f"what_{name}") for name in change["what"])
    sides = [_side(frame, key, change[key]) for key in ("before", "after")]
    told = f"{escape(change['question'])} <br>{escape(frame.words('compare_what', what=what))}"
    return f"<details><summary>{told}</summary><dl>{''.join(sides)}</dl></details>"


def _side(frame: Frame, key: str, brief: Mapping[str, Any]) -> str:
    cited = frame.words("cited", units=", ".join(brief["cited"])) if brief["cited"] else frame.words("cited_none")
    name = frame.words(f"column_{key}")
    return f'<dt>{escape(name)}</dt><dd><div class="answer">{escape(brief["answer"])}</div>{escape(cited)}</dd>'

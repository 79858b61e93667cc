"""What people said and asked: opinions on answers, and questions that were not answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from assistant.feedback import Feedback
from assistant.gaps import DAYS, SHOWN_FROM, GapGroup
from assistant.maintain.frame import Frame, moment, paragraph
from assistant.ui.texts import texts

_SHOWN = 500


def feedback_page(frame: Frame, given: Sequence[Feedback]) -> str:
    """Opinions, newest first."""
    if not given:
        return frame.page(frame.words("feedback_title"), paragraph(frame.words("feedback_none")), "/feedback")
    rows = [
        (
            moment(each.time),
            escape(frame.words(f"verdict_{each.verdict}")),
            f'<span lang="{escape(each.language)}">{escape(each.question)}</span>',
            escape(texts(frame.language)[f"status_{each.status}"]),
            escape(each.units or "–"),
            escape(each.comment or "–"),
        )
        for each in reversed(given[-_SHOWN:])
    ]
    columns = ("column_time", "column_verdict", "column_question", "column_status", "column_cited", "column_comment")
    return frame.page(frame.words("feedback_title"), frame.table("feedback_caption", columns, rows), "/feedback")


def gaps_page(frame: Frame, on: bool, groups: Sequence[GapGroup], label: Callable[[str], str]) -> str:
    """Unanswered questions in groups.

    Args:
        on: whether they are being kept.
        label: of a unit, for people.
    """
    parts = [paragraph(frame.words("gaps_intro", days=DAYS, least=SHOWN_FROM) if on else frame.words("gaps_off"))]
    if on and not groups:
        parts.append(paragraph(frame.words("gaps_none", least=SHOWN_FROM)))
    if groups:
        rows = [
            ("<br>".join(map(escape, group.questions)), str(group.count), escape(label(group.nearest) if group.nearest else "–"))
            for group in groups
        ]
        parts.append(frame.table("gaps_caption", ("column_question", "column_count", "column_nearest"), rows))
    return frame.page(frame.words("gaps_title"), "".join(parts), "/gaps")

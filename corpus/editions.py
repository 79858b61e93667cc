"""A new edition: what of the earlier one's question bank still holds for it."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.bank import BankQuestion, Gap
from corpus.publication import Publication


@dataclass(frozen=True)
class Carried:
    """Rows of an earlier edition's bank.

    Attributes:
        questions: those whose quote is still literal text of the unit with the same id, and that the new bank does not have.
        lost: those whose quote is no longer there: a person looks at them.
        gaps: near misses that the new edition does not have; one whose nearest unit is gone has none.
    """

    questions: tuple[BankQuestion, ...]
    lost: tuple[BankQuestion, ...]
    gaps: tuple[Gap, ...]


def carry_over(before: Publication, after: Publication) -> Carried:
    """What of ``before``'s bank can be taken over for ``after``."""
    asked = {row.question for row in after.bank} | {gap.question for gap in after.gaps}
    fresh = [row for row in before.bank if row.question not in asked]
    kept: list[BankQuestion] = []
    lost: list[BankQuestion] = []
    for row in fresh:
        holds = row.unit in after.by_id and row.quote in after.by_id[row.unit].text
        (kept if holds else lost).append(row)
    gaps = [
        Gap(gap.question, gap.nearest if gap.nearest in after.by_id else None, gap.kind)
        for gap in before.gaps
        if gap.question not in asked
    ]
    return Carried(tuple(kept), tuple(lost), tuple(gaps))

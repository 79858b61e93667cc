"""Making an index version live: only when the gate holds, or when somebody says why it need not.

The gate is the eval suite's (``evals/gate.py``); the composition root hands it in, for nothing here may know it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.settings import Settings
from corpus.errors import StoreError


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a version.

    Attributes:
        cases: how many were judged.
        left_out: ids of the cases that were not judged: the version lacks their places, or another publication answers them.
        misses: what is worse than the baseline; empty when the gate holds.
    """

    cases: int
    left_out: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


Gate = Callable[[Settings, str], Verdict]
"""Judges an index version, given its id."""


def publish(settings: Settings, version: str, gate: Gate, reason: str | None = None) -> Verdict | None:
    """Make a version live.

    Args:
        reason: why it goes live even when the gate does not hold; kept in the history with what was missed.

    Returns:
        What the gate said; None when it was not asked, because nothing was live or the version was already.

    Raises:
        StoreError: the gate does not hold and no reason is given, or the version cannot be used.
    """
    live = settings.data.live()
    if live is None or live == version:
        settings.data.promote(version)
        return None
    verdict = gate(settings, version)
    if verdict.misses and not reason:
        raise StoreError("gate-failed", version=version, live=live, misses="; ".join(verdict.misses))
    settings.data.promote(version, reason, verdict.misses)
    return verdict

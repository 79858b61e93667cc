"""Putting rankings together: standardised scores are summed, because ranks alone forget how much better a hit is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

WEIGHTS = {"chunk": 0.2, "sentence": 0.4, "keyword": 0.5, "classifier": 1.1, "letters": 0.5}
"""Of the parts that are fused, learned on held-out questions of the bank so that the softmax of the fused scores is about
the chance that a unit is the right one. A part without entries counts for nothing. docs/evaluation.md tells more."""
INGREDIENTS = (*WEIGHTS, "question", "compounds", "spelling")
"""What can be switched off, to measure what it adds."""


def fuse(parts: Sequence[tuple[float, Mapping[str, float]]], names: Sequence[str]) -> dict[str, float]:
    """Weighted sum of standardised scores.

    Args:
        parts: (weight, scores by name); a name without a score counts as the part's lowest.
        names: everything that may be found.

    Returns:
        name -> score, best first; ties in the order of ``names``.
    """
    total = np.zeros(len(names))
    for weight, scores in parts:
        if not scores:
            continue
        lowest = min(scores.values())
        column = np.array([scores.get(name, lowest) for name in names])
        spread = column.std()
        if spread > 0:
            total += weight * (column - column.mean()) / spread
    order = np.argsort(-total, kind="stable")
    return {names[i]: float(total[i]) for i in order}

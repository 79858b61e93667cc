"""The gate: what the test half reached when it was last accepted, and what may not become worse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

from evals.score import measures
from evals.suite import Run

TOLERANCE = 0.01
_COMPARED = ("half", "model", "weights", "without", "cases")
_NOT_GATED = ("words",)


def misses(run: Run, corpus: Any) -> list[str]:
    """What is worse than the baseline by more than ``TOLERANCE``, or set differently; empty when the gate holds."""
    baseline = _baseline()
    found = [f"{key}: {run.settings[key]} ≠ {baseline['settings'][key]}" for key in _COMPARED if _differs(run, baseline, key)]
    measured = dict.fromkeys(name for row in baseline["rows"].values() for name in row)
    lost = [f"{name}: –" for name in measured if name not in run.summary]
    return [*found, *lost, *worse(run, corpus)]


def worse(run: Run, corpus: Any) -> list[str]:
    """The measures alone that are worse than the baseline by more than ``TOLERANCE``, over the cases that both have.

    Those without a case are left out.
    """
    before, found = _baseline()["rows"], []
    for name, measure in measures(corpus).items():
        pairs = [(before[i][name], row[name]) for i, row in run.rows.items() if name in before.get(i, {}) and name in row]
        if not pairs:
            continue
        then, now = (fmean(values) for values in zip(*pairs, strict=True))
        lost = now - then if measure.lower_is_better else then - now
        if lost > TOLERANCE:
            found.append(f"{name}: {now:.3f} ({then:.3f})")
    return found


def write_baseline(run: Run, file: Path) -> None:
    """Accept a run as the new baseline."""
    settings = json.dumps({key: run.settings[key] for key in _COMPARED}, ensure_ascii=False)
    rows = ",\n".join(f" {json.dumps(uid)}: {json.dumps(_gated(row))}" for uid, row in run.rows.items())
    file.write_text(f'{{"settings": {settings},\n"rows": {{\n{rows}\n}}}}\n', encoding="utf-8")


def _gated(row: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in row.items() if name not in _NOT_GATED}


def _baseline() -> dict[str, Any]:
    baseline: dict[str, Any] = json.loads((files("evals") / "baseline.json").read_text(encoding="utf-8"))
    return baseline


def _differs(run: Run, baseline: dict[str, Any], key: str) -> bool:
    return json.dumps(run.settings[key], sort_keys=True) != json.dumps(baseline["settings"][key], sort_keys=True)

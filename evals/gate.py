"""The gate of a promotion: an index version must not answer the test half worse than the baseline."""

from __future__ import annotations

from assistant.publish import Verdict
from assistant.service import Assistant
from assistant.settings import Settings
from evals.baseline import worse
from evals.cases import fitting_cases
from evals.suite import evaluate


def judge(settings: Settings, version: str) -> Verdict:
    """Answer the test half from a version and compare the scores with the baseline.

    Cases whose places the version does not have, or that have none and are answered from another publication, are named and not
    judged; measures that are left without a case neither.
    What an installation sets differently (model, ingredients) is no miss by itself: it counts by what becomes of the answers.

    Raises:
        StoreError: the version cannot be opened.
    """
    assistant = Assistant(settings, version)
    try:
        cases, left_out = fitting_cases("test", assistant.index.corpus)
        if not cases:
            return Verdict(0, tuple(left_out))
        run = evaluate(settings, "test", assistant=assistant, cases=cases)
        misses = worse(run, assistant.index.corpus)
        return Verdict(len(run.cases), (*left_out, *run.elsewhere), tuple(misses))
    finally:
        assistant.close()

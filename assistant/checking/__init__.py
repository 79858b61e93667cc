"""Does a quote carry a sentence? In: a sentence that a model wrote, the literal quotes it cites. Out: a verdict with a reason.

Deterministic and offline. Open ``check.py`` first: hard rules one by one, then the learned weighing of ``support.py``.
"""

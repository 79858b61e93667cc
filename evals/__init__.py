"""Measuring: how good the answers are, and what they cost in time and memory.

In: an installed assistant. Out: figures, reports and the gate of ``make test``.
Open ``suite.py`` first; ``bench.py`` is for time.
"""

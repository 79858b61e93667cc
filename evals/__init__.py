"""Measuring: what the assistant costs in time and memory.

In: an installed assistant. Out: figures. Open ``bench.py``.
"""

"""The pieces around the web application that make it fit to be run: limits, login, logs, figures.

In: plain options and a FastAPI application. Out: the same application, guarded. Open ``wiring.py`` first, it puts the
pieces in their order; then ``limits.py``, ``login.py``, ``logs.py``, ``metrics.py``. No piece keeps or logs what was asked.
"""

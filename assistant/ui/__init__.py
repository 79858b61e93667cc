"""The chat page: shows answers and their evidence, decides nothing.

In: the assistant and the settings. Out: a FastAPI application. Open ``app.py`` first, then ``page.py``.
"""

"""The assistant: from a question to an answer whose every sentence is cited.

In: a question, its history, an index version. Out: ``Answer``. Open ``pipeline.py`` first: its list of steps is the product.
"""

"""The llm answerer: a configured chat model says in plain words what the evidence says, every sentence checked.

In: a turn with literal statements. Out: the same turn with ``written`` sentences, or with the reason why the literal ones stay.
Open ``answerer.py`` first. Which model, where it is and how it is called: ``assistant/models.py``.
"""

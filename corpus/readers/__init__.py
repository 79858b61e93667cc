"""Readers: a file of any kind becomes a ``Reading``.

In: a PDF, Word, HTML, Markdown or text file, which may be hostile. Out: its passages in reading order, each with its page, and
what is doubtful about them. Open ``run.py`` first: it starts a process of its own with limits (``sandbox.py``), which tells the
kind by the content (``kind.py``) and hands the file to its reader. ``reading.py`` holds what comes back.
"""

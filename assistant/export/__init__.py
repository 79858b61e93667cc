"""Answers as files to keep: Markdown, Word and tagged PDF, with places, links, year and index version.

In: questions with their answers. Out: text or bytes. Open ``document.py`` first: it makes the neutral content, cleans it and
decides what is a link; ``markdown.py``, ``word.py`` and ``pdf.py`` only give it a form.
"""

"""The maintainer's pages: add a publication, see what was read and what changes, publish it, go back.

Requests come in through ``door.py``, which lets in nobody else; ``routes.py`` says what each address does, ``pages.py`` shows it,
and ``jobs.py`` runs long work in a process of its own (``tasks.py``), one piece at a time. Open ``routes.py`` first.
"""

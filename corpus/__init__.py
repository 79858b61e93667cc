"""The corpus: publications, their units and the sources they cite.

In: a publication's folder (``publication.toml``, ``guidance.md``, ``sources.toml``, banks). Out: typed units with locators.
Open ``publication.py`` first. Imports nothing else of ours.
"""

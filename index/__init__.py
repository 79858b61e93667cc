"""The index: all that search needs, built from the corpus in versions.

In: publications. Out: ranked units for a question. Open ``build.py`` to see what is made, ``retriever.py`` to see
how it is searched.
"""

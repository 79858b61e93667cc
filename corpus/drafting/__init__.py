"""From a reading to the files of a draft publication, which a person corrects.

``sections.py`` makes units of passages, ``edition.py`` pairs them with those of an earlier edition, ``guidance.py`` writes the
text, ``metadata.py`` the publication's data, ``sources.py`` what its footnotes cite, ``report.py`` what was read and is doubtful.
Open ``corpus/draft.py`` first.
"""

"""Guards: checks of what people type. In: a text. Out: a verdict and its reason, or the spans that must not be kept.

A guard that cannot decide raises; it never lets a text through unseen. Open ``personal.py`` first.
"""

"""Roman numerals, in which prefaces and endnotes are numbered."""

from __future__ import annotations


def roman(number: int) -> str:
    """A number in lower-case Roman numerals."""
    text = ""
    for sign, worth in (("m", 1000), ("cm", 900), ("d", 500), ("cd", 400), ("c", 100), ("xc", 90), ("l", 50), ("xl", 40)):
        text, number = text + sign * (number // worth), number % worth
    for sign, worth in (("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)):
        text, number = text + sign * (number // worth), number % worth
    return text

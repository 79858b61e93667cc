"""The reader: sentences with their marks from any stream of pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.reader import Marked, Reader

KNOWN = ("K7Q2", "M4XT", "B3KF")


def read(text: str, size: int = 3) -> list[Marked]:
    reader = Reader(KNOWN)
    found = [marked for start in range(0, len(text), size) for marked in reader.feed(text[start : start + size])]
    return found + reader.end()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Een zin. [K7Q2] Nog een. [M4XT]", [("Een zin.", ("K7Q2",)), ("Nog een.", ("M4XT",))]),
        ("Een zin [K7Q2]. Nog een [m4xt].", [("Een zin.", ("K7Q2",)), ("Nog een.", ("M4XT",))]),
        ("Een zin. [K7Q2][M4XT]", [("Een zin.", ("K7Q2", "M4XT"))]),
        ("Een zin. [K7Q2, M4XT]\n", [("Een zin.", ("K7Q2", "M4XT"))]),
        ("Zonder. Met. [K7Q2]", [("Zonder.", ()), ("Met.", ("K7Q2",))]),
        ("Midden [K7Q2] in een zin. [M4XT]", [("Midden in een zin.", ("K7Q2", "M4XT"))]),
        ("Werk met o.a. Veilig Thuis. [K7Q2]", [("Werk met o.a. Veilig Thuis.", ("K7Q2",))]),
        ("Niets erachter.", [("Niets erachter.", ())]),
        ("Dubbel. [[K7Q2]] Breed. 【M4XT】", [("Dubbel.", ("K7Q2",)), ("Breed.", ("M4XT",))]),
        ("", []),
    ],
)
def test_marks_belong_to_their_sentence(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(marked.text, marked.marks) for marked in read(text)] == expected


def test_unknown_marks_are_stripped_and_counted() -> None:
    (marked,) = read("Een zin. [K7Q2] [ZZ99] [1]")
    assert marked == Marked("Een zin.", ("K7Q2",), 2)


def test_lists_lose_their_signs_and_say_so() -> None:
    assert read("- Meet het aantal. [K7Q2]\n2. Leg het **vast**. [M4XT]") == [
        Marked("Meet het aantal.", ("K7Q2",), 0, True),
        Marked("Leg het vast.", ("M4XT",), 0, True),
    ]


def test_layout_that_could_lead_away_goes() -> None:
    (marked,) = read("Kijk <img src=x> `hier`|daar. [K7Q2]")
    assert marked.text == "Kijk hierdaar."


def test_a_complete_sentence_comes_when_all_is_quiet() -> None:
    reader = Reader(KNOWN)
    assert reader.feed("Een zin. [K7Q2]") == []
    assert [marked.text for marked in reader.feed("")] == ["Een zin."]
    assert reader.feed("Half [K7Q2") == [] and reader.feed("") == []


def test_an_open_bracket_does_not_stop_the_rest() -> None:
    found = read("Iets [ dat nooit sluit en maar doorgaat met heel veel woorden achter elkaar. Een zin. [K7Q2]")
    assert found[-1] == Marked("Een zin.", ("K7Q2",))


@given(st.integers(1, 40))
def test_how_a_text_is_cut_into_pieces_does_not_matter(size: int) -> None:
    text = "Een zin [K7Q2]. Twee zinnen. Met een merk. [ZZ99] [M4XT]\n- Een regel. [B3KF, K7Q2] Rest"
    assert read(text, size) == read(text, 1)

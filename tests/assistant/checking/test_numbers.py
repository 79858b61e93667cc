"""Numbers as they are read."""

from __future__ import annotations

import pytest

from assistant.checking.numbers import numbers_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("vijfentwintig en tweehonderd", ["25", "200"]),
        ("1.500 euro, 12,5 % en 2015-2019", ["1500", "12.5", "2015", "2019"]),
        ("de helft, twee keer, ten derde", ["0.5", "2", "3"]),
        ("een gemeente", []),
    ],
)
def test_numbers_are_read_in_words_and_digits(text: str, values: list[str]) -> None:
    assert [str(number.value) for number in numbers_in(text)] == values


def test_a_word_before_a_number_tells_its_side() -> None:
    assert [number.side for number in numbers_in("bijna 60, ruim 40, precies 20")] == ["below", "above", ""]

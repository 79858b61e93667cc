"""Near-copies with a name in another place, and sentences that only look like them."""

from __future__ import annotations

import pytest

from assistant.checking.copies import misplaces_a_name

QUOTE = "In 2018 startte de gemeente Rotterdam met de werkgroep ‘Stop geweld tegen vrouwen’. Utrecht en Tilburg volgden later."


@pytest.mark.parametrize(
    ("text", "misplaced"),
    [
        ("In 2018 startte de gemeente Rotterdam met de werkgroep ‘Stop geweld tegen vrouwen’.", False),
        ("In 2018 startte de gemeente Utrecht met de werkgroep ‘Stop geweld tegen vrouwen’.", True),
        ("Volgens Tilburg in 2018 startte de gemeente Rotterdam met de werkgroep ‘Stop geweld tegen vrouwen’.", True),
        ("De gemeente Rotterdam startte in 2018 met een werkgroep.", False),
        ("De gemeente begon met een werkgroep tegen geweld.", False),
    ],
)
def test_a_name_stays_in_its_place(text: str, misplaced: bool) -> None:
    assert misplaces_a_name(text, [QUOTE]) is misplaced

"""Places in questions, for the real publication and for one with other words."""

from __future__ import annotations

import pytest

from corpus.places import PlaceFinder
from corpus.publication import Publication


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("Welke bron hoort bij voetnoot 7?", ["voetnoot-7"]),
        ("Wat staat er in de checklist over evaluatie?", ["checklist-evaluatie-1"]),
        ("Wat is het tweede punt onder Uitvoering?", ["checklist-uitvoering-2"]),
        ("de laatste actie", ["actiepunt-6"]),
        ("actiepunten 2 t/m 4", ["actiepunt-2", "actiepunt-3", "actiepunt-4"]),
        ("vergelijk actie drie en 5", ["actiepunt-3", "actiepunt-5"]),
        ("Geef het voorbeeld bij actiepunt 3", ["actiepunt-3-voorbeeld"]),
        ("What does the third action point say?", ["actiepunt-3"]),
        ("Wat staat op pagina 7?", ["actiepunten"]),
        ("Wat staat er in het nawoord?", ["nawoord"]),
        ("actiepunt 9", []),
        ("Wat is gender?", []),
        ("hoe zit het met de uitvoering van beleid", []),
        ("De gemeente deed in 2020 iets met 12 slachtoffers", []),
    ],
)
def test_places(publication: Publication, question: str, units: list[str]) -> None:
    assert [unit.id for unit in PlaceFinder(publication).find(question)] == units


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("Wat zegt bepaling twee?", ["bepaling-2"]),
        ("het laatste hoofdstuk", ["hoofdstuk-2"]),
        ("noot 1", ["noot-1"]),
        ("bladzijde 4", ["hoofdstuk-2", "bepaling-3"]),
        ("actiepunt 2", []),
    ],
)
def test_places_of_another_publication(small_publication: Publication, question: str, units: list[str]) -> None:
    assert [unit.id for unit in PlaceFinder(small_publication).find(question)] == units

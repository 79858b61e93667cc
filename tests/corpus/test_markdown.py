"""Reading curated Markdown: units, blocks, marks, and clear errors."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.errors import CorpusError, LocatorError
from corpus.locator import Locator, is_id
from corpus.markdown import read_markdown
from corpus.publication import Corpus, Publication
from corpus.sentences import sentences_in, sentences_of


def test_another_publication_with_other_words(small_publication: Publication) -> None:
    by_id = small_publication.by_id
    assert by_id["hoofdstuk-1"].footnotes == ("noot-1",)
    assert by_id["bepaling-1"].parent == "hoofdstuk-1"
    assert by_id["bepaling-2"].text == "De beheerder controleert elke duiker:\n\n1. voor het stormseizoen\n2. na hevige regen"
    assert [block.kind for block in by_id["bepaling-2"].blocks] == ["paragraph", "list"]
    assert by_id["hoofdstuk-2"].blocks[0].kind == "quotation"
    assert by_id["hoofdstuk-2"].pages == (3, 4)
    assert small_publication.label(by_id["hoofdstuk-1"], "nl") == "Hoofdstuk 1 – Maaien (p. 1, 2024)"
    assert small_publication.label(by_id["bepaling-3"], "en") == "Bepaling 3 (p. 4, 2024)"


def test_text_can_return_to_an_earlier_unit() -> None:
    source = "{#a page=1}\n# A\n\nEen.\n\n{#b page=1}\n# B\n\nTwee.\n\n{unit=a}\nDrie.\n"
    units = {unit.id: unit.text for unit in read_markdown(source, "p").units}
    assert units == {"a": "Een.\n\nDrie.", "b": "Twee."}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("# Zonder id\n", "unit-incomplete"),
        ("{#a page=1}\n# A\n\n{#a page=2}\n# B\n", "unit-twice"),
        ("Tekst vooraf.\n", "text-without-unit"),
        ("{#a page=1}\n# A\n\nTekst.\n\n[^1]: {#noot-1 page=1 title=n}\n    Noot.\n", "footnote-unpaired"),
        ("{#a page=1}\n# A\n\nTekst.[^1]\n", "footnote-unpaired"),
    ],
)
def test_a_malformed_text_is_refused(source: str, code: str) -> None:
    with pytest.raises(CorpusError) as error:
        read_markdown(source, "p")
    assert error.value.code == code
    assert error.value.message and error.value.hint


def test_sentences() -> None:
    texts = [s.text for s in sentences_in("Wij werken met o.a. Veilig Thuis. ‘Waarom?’ vroeg zij. In 2018 begon het! 10 punten.")]
    assert texts == ["Wij werken met o.a. Veilig Thuis.", "‘Waarom?’ vroeg zij.", "In 2018 begon het!", "10 punten."]


def test_sentences_cover_each_unit(publication: Publication) -> None:
    for unit in publication.units:
        sentences = sentences_of(unit)
        assert all(unit.text[s.start : s.end] == s.text and s.text.strip() == s.text for s in sentences)
        assert "".join("".join(s.text.split()) for s in sentences) == "".join(unit.text.split())


@given(st.text(max_size=300) | st.text("aB1. !?’)\n", max_size=40))
@example(". Om een dienst te starten gebruikt u een ander commando.")
def test_sentences_are_literal_and_in_order(text: str) -> None:
    sentences = sentences_in(text)
    assert all(text[s.start : s.end] == s.text for s in sentences)
    assert all(a.end <= b.start for a, b in itertools.pairwise(sentences))
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())


@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True), st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True))
def test_locators_survive_a_round_trip(publication: str, unit: str) -> None:
    locator = Locator(publication, unit)
    assert Locator.parse(str(locator)) == locator


@pytest.mark.parametrize("text", ["", "a", "a:", ":b", "A:b", "a:b:c", "a b:c", "a:-b", "a:b-"])
def test_malformed_locators(text: str) -> None:
    assert not is_id(text) or ":" not in text
    with pytest.raises(LocatorError):
        Locator.parse(text)


def test_an_unknown_locator_names_close_ones(publication: Publication) -> None:
    corpus = Corpus([publication])
    assert corpus.find("actiepunt-2") == corpus.find("crm-2021:actiepunt-2")
    with pytest.raises(LocatorError) as error:
        corpus.find("crm-2021:actiepunt-22")
    assert "crm-2021:actiepunt-2" in error.value.hint

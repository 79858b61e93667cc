"""Written sentences against their quotes: what stands, what falls, and why."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checking.check import Checker, Verdict
from assistant.service import Assistant

SUPPORTED = Verdict(True, None)
QUOTE = "De wet geldt sinds 2015 voor gemeenten en kan in 12,5 procent van de 40 zaken vaak helpen."


@pytest.mark.parametrize(
    ("sentence", "quote", "reason"),
    [
        ("De wet geldt sinds 2016 voor gemeenten.", QUOTE, "number"),
        ("De wet helpt vaak in ruim 40 zaken.", QUOTE, "number"),
        ("De wet helpt vaak in één zaak.", QUOTE, "number"),
        ("De wet geldt sinds 2015 voor Tilburg.", QUOTE, "name"),
        ("De wet geldt niet voor gemeenten.", QUOTE, "negation"),
        ("Bij een melding is voldoende aandacht voor macht.", "Bij een melding is te weinig aandacht voor macht.", "negation"),
        ("Partners zijn gelijk.", "Partners zijn niet gelijk.", "negation"),
        ("De wet geldt sinds 2015 voor gemeenten en helpt altijd.", QUOTE, "modality"),
        ("Gemeenten zijn verplicht de wet te volgen.", QUOTE, "modality"),
        ("De politie volgt de wet.", QUOTE, "actor"),
        ("Slachtoffers bellen plegers op.", "Plegers bellen slachtoffers op.", "actor"),
        ("Een melding gaat naar de politie door burgers.", "Een melding gaat door de politie naar burgers.", "actor"),
        ("Bananen groeien in warme kassen langs het kanaal.", QUOTE, "content"),
        ("The law has applied to municipalities since 2018.", QUOTE, "number"),
        ("The law does not apply to municipalities.", QUOTE, "negation"),
    ],
)
def test_a_false_sentence_falls_for_its_reason(checker: Checker, sentence: str, quote: str, reason: str) -> None:
    language = "en" if sentence.startswith("The ") else "nl"
    assert reason in [*checker.faults(sentence, [quote], language), checker.check(sentence, [quote], language=language).reason]
    assert not checker.check(sentence, [quote], language=language).supported


@pytest.mark.parametrize(
    ("sentence", "quotes", "language"),
    [
        ("Sinds vijftien jaar meten de helft van de regio's dit.", ["De helft van de regio's meet dit sinds 15 jaar."], "nl"),
        ("Bijna zes op de tien vrouwen melden geweld.", ["Bijna 60 procent van de vrouwen meldt geweld."], "nl"),
        ("Vrouwen en mannen melden geweld bij de politie.", ["Mannen en vrouwen melden geweld bij de politie."], "nl"),
        ("Women report violence to the police.", ["Vrouwen melden geweld bij de politie."], "en"),
        ("Er zijn te weinig gegevens over slachtoffers.", ["Er zijn niet genoeg gegevens over slachtoffers."], "nl"),
    ],
)
def test_rules_let_what_is_said_in_other_words_stand(checker: Checker, sentence: str, quotes: list[str], language: str) -> None:
    assert list(checker.faults(sentence, quotes, language)) == []


def test_a_sentence_without_quotes_is_never_supported(checker: Checker) -> None:
    assert checker.check("Gemeenten maken beleid.", [], language="nl") == Verdict(False, "content")


def test_two_quotes_carry_what_neither_does_alone(checker: Checker) -> None:
    quotes = [
        "Slachtoffers kunnen ook zelf bij Veilig Thuis een melding doen.",
        "Maar vrouwen ervaren een hoge drempel om zelf te melden.",
    ]
    sentence = "Slachtoffers kunnen zelf bij Veilig Thuis melden, maar vrouwen ervaren een hoge drempel om zelf te melden."
    assert checker.check(sentence, quotes, language="nl").supported
    assert not checker.check(sentence, quotes[:1], language="nl").supported


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_literal_sentence_stands_and_one_with_a_changed_digit_falls(
    checker: Checker, assistant: Assistant, data: st.DataObject
) -> None:
    texts = [assistant.index.entries[row].text for row in assistant.index.rows("sentence")]
    quote = data.draw(st.sampled_from(texts))
    assert checker.check(quote, [quote], language="nl") == SUPPORTED
    numbered = data.draw(st.sampled_from([text for text in texts if re.search(r"\d", text)]))
    at = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", numbered)]))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != numbered[at]]))
    changed = numbered[:at] + digit + numbered[at + 1 :]
    assert checker.check(changed, [numbered], language="nl") == Verdict(False, "number")


def test_the_same_sentence_gets_the_same_verdict(checker: Checker, assistant: Assistant) -> None:
    texts = [assistant.index.entries[row].text for row in assistant.index.rows("sentence")][:12]
    first, second = (
        [checker.check(a, [b], language="nl") for a, b in zip(texts, reversed(texts), strict=True)] for _ in range(2)
    )
    assert first == second


def test_a_negation_put_in_or_taken_out_of_any_sentence_is_seen(checker: Checker, assistant: Assistant) -> None:
    texts = [assistant.index.entries[row].text for row in assistant.index.rows("sentence")]
    changed = [(re.sub(r"\b(niet|geen|zonder) ", "", text, count=1), text) for text in texts]
    changed += [(re.sub(r"\b(is|kan|moet|wordt|heeft) ", r"\1 niet ", text, count=1), text) for text in texts]
    changed += [(re.sub(r"\been ", "geen ", text, count=1), text) for text in texts]
    pairs = [(new, old) for new, old in changed if new != old]
    missed = [new for new, old in pairs if not list(checker.faults(new, [old], "nl"))]
    assert len(pairs) > 150 and len(missed) <= 0.06 * len(pairs), missed

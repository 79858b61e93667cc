"""Follow-ups: what a message leans on comes from the earlier questions, answered again; the assistant's turns are not read."""

from __future__ import annotations

import pytest

from assistant.answer import AnswerStatus
from assistant.service import Assistant


def talk(*questions: str) -> list[dict[str, str]]:
    history = []
    for question in questions:
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": "Iets zonder vindplaats."}]
    return history


@pytest.mark.parametrize(
    ("before", "question", "unit"),
    [
        (["Wat houdt de rol van opdrachtgever in?"], "En als toezichthouder?", "actiepunt-6"),
        (["Welke vijf pijlers heeft effectieve preventie?"], "Leg die derde eens uit", "actiepunt-4"),
        (["Wat zijn de zes actiepunten?"], "Vertel meer over de tweede", "actiepunt-2"),
        (["Op welke pijlers richt effectieve preventie zich?"], "Wat is daarvan de bron?", "voetnoot-5"),
        (["Wat staat er in actiepunt 3?"], "En het voorbeeld?", "actiepunt-3-voorbeeld"),
        (["Wat is gender?"], "And in English?", "kader-gender"),
        (["Wat is gender?", "En sekse dan?"], "Kun je dat nog eens herhalen?", "kader-gender"),
    ],
)
def test_a_follow_up_finds_its_place(assistant: Assistant, before: list[str], question: str, unit: str) -> None:
    answer = assistant.ask(question, talk(*before))
    assert unit in {citation.unit for citation in answer.citations}, answer.answer
    assert answer.standalone_question != ""


def test_a_new_topic_is_new(assistant: Assistant) -> None:
    question = "Welke stereotypen over mannen en vrouwen bestaan er?"
    alone, after = assistant.ask(question), assistant.ask(question, talk("Wat staat er in voetnoot 7?"))
    assert after.answer == alone.answer and after.standalone_question == question


def test_a_place_is_no_follow_up(assistant: Assistant) -> None:
    answer = assistant.ask("Wat staat er in voetnoot 4?", talk("Wat is gender?"))
    assert [citation.unit for citation in answer.citations] == ["voetnoot-4"]


def test_another_language_keeps_the_quotes(assistant: Assistant) -> None:
    answer = assistant.ask("in English please", talk("Wat is gender?"))
    assert answer.language == "en" and answer.citations[0].label.startswith("Box")


def test_thanks_is_small_talk_after_an_answer_too(assistant: Assistant) -> None:
    assert assistant.ask("bedankt voor je hulp!", talk("Wat is gender?")).status == AnswerStatus.SMALLTALK


@pytest.mark.parametrize(
    "history",
    [[{"role": "user"}], [{"role": "user", "content": ""}], [{"content": "x"}], [{"role": "user", "content": "x" * 3000}]],
)
def test_an_odd_history_does_no_harm(assistant: Assistant, history: list[dict[str, str]]) -> None:
    assert assistant.ask("En voor plegers?", history).status in set(AnswerStatus)

"""What an export holds: all of the answer and its evidence, nothing a user typed that means something."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer, AnswerStatus
from assistant.export.document import Document, document_of, words_of
from assistant.export.text import Line, clean, replied, safe_url
from assistant.service import Assistant
from corpus.errors import WegwijzerError
from corpus.publication import Publication

REPLIES = tomllib.loads(Path("prompts/replies.toml").read_text(encoding="utf-8"))


def shown(lines: tuple[Line, ...]) -> str:
    return "\n".join(f"{line.label} {line.text}".strip() for line in lines)


def without_answer(question: str, status: AnswerStatus, text: str) -> Answer:
    return Answer(question=question, standalone_question=question, status=status, language="nl", answer=text, index_version="abc")


def test_every_citation_is_there_in_order_with_its_literal_quote(assistant: Assistant, on: date) -> None:
    question = "Wat registreert Veilig Thuis nu niet?"
    answer = assistant.ask(question)
    document = document_of([(question, answer)], assistant, "nl", on)
    places = document.exchanges[0].places
    assert answer.citations and [place.marker for place in places] == [citation.marker for citation in answer.citations]
    for place, citation in zip(places, answer.citations, strict=True):
        assert place.label == citation.label and place.label.endswith(f"(p. {citation.page}, 2021)")
        assert shown(place.quote) == citation.quote
        assert place.link and place.link.url == citation.url
    answered = document.exchanges[0].answer
    for place in places:
        pieces = [p for line in answered for p in line.pieces if place.marker in [m.number for m in p.markers]]
        assert place.dated == ("(stand 2021)" if any("(stand 2021)" in piece.text for piece in pieces) else "")
    assert "(stand 2021)" in [place.dated for place in places]
    said = [marker.number for line in answered for piece in line.pieces for marker in piece.markers]
    assert set(said) == {citation.marker for citation in answer.citations}


def test_an_answer_and_its_quotes_keep_all_words(sources: Document, assistant: Assistant) -> None:
    for exchange in sources.exchanges:
        unit = assistant.unit(f"crm-2021:{exchange.heading.text.partition(': ')[2]}")
        whole = "".join(unit.text.replace("\n- ", "\n• ").split())
        said = shown(exchange.answer).replace(" (stand 2021)", "")
        quoted = "".join(shown(place.quote) for place in exchange.places)
        assert "".join(said.split()) == "".join(quoted.split()) == whole


def test_date_publication_year_and_index_version(conversation: Document, publication: Publication, assistant: Assistant) -> None:
    facts = {fact.term: fact.value for fact in conversation.facts}
    words = words_of("nl")
    assert facts[words["date"]].text == "24 november 2026"
    assert publication.title in facts[words["publication"]].text and "2021" in facts[words["publication"]].text
    assert facts[words["address"]].pieces[0].url == publication.url
    assert facts[words["version"]].text == assistant.index.name
    assert "AI" in conversation.notice


def test_a_conversation_keeps_its_order_and_an_abstention_its_text(conversation: Document) -> None:
    assert len(conversation.exchanges) == 3
    assert [exchange.heading.text[:8] for exchange in conversation.exchanges] == ["Vraag 1:", "Vraag 2:", "Vraag 3:"]
    last = conversation.exchanges[2]
    assert last.places == () and shown(last.answer).startswith("Daarover gaat de handreiking niet.")
    assert last.outcome.value.text == words_of("nl")["status"]["off_topic"]
    anchors = [place.anchor for exchange in conversation.exchanges for place in exchange.places]
    assert len(anchors) == len(set(anchors)) > 2


def test_footnotes_lead_to_their_sources(sources: Document) -> None:
    notes = {note.label: note for exchange in sources.exchanges for place in exchange.places for note in place.footnotes}
    first = notes["Voetnoot 5 (p. 11, 2021)"]
    assert "Change the story" in first.text.text and first.source
    assert str(first.source.links[0].url).startswith("https://media-cdn.ourwatch.org.au/")
    assert first.source.fact is None  # the printed reference says it all
    double = notes["Voetnoot 11 (p. 14, 2021)"]
    assert double.source and double.source.fact and "Q-Consult Zorg" in double.source.fact.value.text
    confused = notes["Voetnoot 12 (p. 14, 2021)"]
    assert confused.source and confused.source.note and "verschrijving" in confused.source.note.text


def test_a_cited_source_has_all_its_links(sources: Document) -> None:
    place = sources.exchanges[2].places[0]
    assert place.link is None and place.source
    assert [str(link.url).split("/")[2] for link in place.source.links] == ["www.emancipator.nl"] * 2


def test_quotes_stay_in_their_language(english: Document) -> None:
    exchange = english.exchanges[0]
    assert english.language == "en" and exchange.heading.pieces[-1].language == "en"
    assert {piece.language for place in exchange.places for line in place.quote for piece in line.pieces} == {"nl"}
    assert {piece.language for line in exchange.answer for piece in line.pieces} == {"nl"}
    assert exchange.places[0].link and exchange.places[0].link.language == "en"


def test_own_words_of_a_model_are_not_marked_as_the_publications(
    assistant: Assistant, say: Callable[..., Answer], on: date
) -> None:
    answer = say(assistant, "crm-2021:actiepunt-2", "en")
    marker = answer.citations[0].marker
    answer.answer, answer.answerer = f"Data are missing. [{marker}] [{answer.citations[1].marker}]", "llm"
    document = document_of([("What is missing?", answer)], assistant, "en", on)
    (piece,) = document.exchanges[0].answer[0].pieces
    assert piece.language == "en" and [m.number for m in piece.markers] == [c.marker for c in answer.citations[:2]]
    assert document.notice == words_of("en")["notice_written"] != words_of("en")["notice_literal"]


@pytest.mark.parametrize(
    "typed",
    [
        "Wat kost [dit](https://evil.example)",
        "Wat kost https://evil.example/x",
        "Wat kost **vet** en [1]",
        "mail iemand@evil.example",
    ],
)
def test_a_repeated_question_gets_no_link_emphasis_or_marker(
    assistant: Assistant, say: Callable[..., Answer], on: date, typed: str
) -> None:
    answer = say(assistant, "crm-2021:nawoord", question=typed)
    said = REPLIES["partial"]["nl"].format(asked=typed, missing="een bedrag")
    answer.answer = f"{said}\n\n{answer.answer}"
    line = document_of([(typed, answer)], assistant, "nl", on).exchanges[0].answer[0]
    assert line.text == said
    assert not any(piece.url or piece.strong or piece.markers for piece in line.pieces)


def test_a_reply_repeats_an_earlier_question_without_its_link(assistant: Assistant, on: date) -> None:
    first = "Zie https://evil.example/x"
    turns = [
        (first, without_answer(first, AnswerStatus.UNCLEAR, "?")),
        ("En?", without_answer("En?", AnswerStatus.UNCLEAR, f"Over ‘{first}’?")),
    ]
    line = document_of(turns, assistant, "nl", on).exchanges[1].answer[0]
    assert line.text == f"Over ‘{first}’?" and not any(piece.url for piece in line.pieces)


def test_links_of_help_lines_stay_and_links_within_the_page_become_words() -> None:
    text = "**Bel 112.** Zie [Veilig Thuis](https://veiligthuis.nl) of https://www.113.nl, en [Actiepunt 6](/?unit=actiepunt-6)."
    line = replied(text, "nl", ())
    assert line.text == "Bel 112. Zie Veilig Thuis of https://www.113.nl, en Actiepunt 6."
    assert [(p.text, p.url) for p in line.pieces if p.url] == [
        ("Veilig Thuis", "https://veiligthuis.nl"),
        ("https://www.113.nl", "https://www.113.nl"),
    ]
    assert [p.text for p in line.pieces if p.strong] == ["Bel 112."]


def test_a_long_question_stands_whole_under_a_short_heading(attacked: Document, hostile: str) -> None:
    long, short = attacked.exchanges
    assert long.heading.text == "Vraag 1" and len(long.question) == len(hostile.split("\n")) + 1  # U+2028 breaks a line
    assert short.question == () and short.heading.text.startswith("Vraag 2: =HYPERLINK")
    assert all(piece.typed for line in long.question for piece in line.pieces)


def test_control_and_invisible_characters_go(hostile: str) -> None:
    cleaned = clean(hostile)
    assert not set(cleaned) & set("\x00\x07\x1b\x7f\u202e\u200b\U000e0041\ufffe\ud800\u2028\t\r")
    assert "na een breuk \N{GRINNING FACE}" in cleaned.split("\n")[-1]
    assert clean("Coördinatie ‘één’ – “voorkómen”\r\nciğer") == "Coördinatie ‘één’ – “voorkómen”\nciğer"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.nl/b?c=d#e", "https://a.nl/b?c=d#e"),
        ("http://a.nl/%20%5Bx%5D (1).pdf", "http://a.nl/%20%5Bx%5D%20(1).pdf"),
        ('https://a.nl/"><script>', "https://a.nl/%22%3E%3Cscript%3E"),
        ("HTTPS://a.nl", "HTTPS://a.nl"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("/?unit=x", None),
        ("//evil.example", None),
        ("https://", None),
        ("https://user:pw@evil.example", None),
        ("http://[bad", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_links(url: str | None, safe: str | None) -> None:
    assert safe_url(url) == safe


def test_an_evil_publication_gets_no_link(poisoned: Document) -> None:
    place = poisoned.exchanges[0].places[0]
    assert "[klik](javascript:alert(1))" in shown(place.quote) and place.link is None
    assert words_of("nl")["address"] not in [fact.term for fact in poisoned.facts]


def test_the_same_turns_give_the_same_document(assistant: Assistant, say: Callable[..., Answer], on: date) -> None:
    answer = say(assistant, "crm-2021:actiepunt-4")
    assert document_of([("v", answer)], assistant, "nl", on) == document_of([("v", answer)], assistant, "nl", on)


def test_both_languages_have_the_same_texts_and_every_status_its_words() -> None:
    dutch, english = words_of("nl"), words_of("en")
    assert set(dutch) == set(english) and len(dutch["months"]) == len(english["months"]) == 12
    assert set(dutch["status"]) == set(english["status"]) == {status.value for status in AnswerStatus}


def test_a_version_without_the_cited_place_is_an_error_of_ours(
    assistant: Assistant, say: Callable[..., Answer], on: date
) -> None:
    answer = say(assistant, "crm-2021:nawoord")
    answer.citations[0].locator = "crm-2021:vervallen"
    with pytest.raises(WegwijzerError):
        document_of([("v", answer)], assistant, "nl", on)


def test_importing_loads_no_library_of_a_format() -> None:
    code = "import sys, assistant.export.markdown, assistant.export.word, assistant.export.pdf; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "assistant.export.pdf" in loaded and not {"docx", "lxml", "typst", "gradio", "numpy"} & set(loaded)

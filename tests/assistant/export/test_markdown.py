"""Markdown: renders as meant, and nothing from outside becomes markup."""

from __future__ import annotations

import re
from datetime import date

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.export.document import Document, document_of
from assistant.export.markdown import to_markdown
from assistant.service import Assistant

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for token in READER.parse(text):
        found += [token, *(token.children or [])]
    return found


def words(text: str) -> str:
    """All that a reader sees, without any space."""
    seen = "".join(t.content for t in tokens(text) if t.type in ("text", "code_inline", "code_block", "fence", "html_block"))
    return "".join(seen.replace("\u2060", "").split())


def links(text: str) -> set[str]:
    return {str(token.attrs["href"]) for token in tokens(text) if token.type == "link_open"}


def test_a_conversation_reads_as_it_is_meant(conversation: Document) -> None:
    text = to_markdown(conversation)
    found = tokens(text)
    heads = [(t.tag, found[i + 1].content) for i, t in enumerate(found) if t.type == "heading_open"]
    assert heads[0] == ("h1", conversation.title)
    assert [name for tag, name in heads if tag == "h2"] == [exchange.heading.text for exchange in conversation.exchanges]
    assert len([name for tag, name in heads if tag == "h3"]) == 2
    assert conversation.notice in text and conversation.version.value.text in text


def test_every_quote_is_literal_in_a_block_of_its_own(sources: Document) -> None:
    text = to_markdown(sources)
    quotes = re.findall(r"^>.*(?:\n>.*)*", text, re.MULTILINE)[1:]
    places = [place for exchange in sources.exchanges for place in exchange.places]
    assert len(quotes) == len(places)
    for block, place in zip(quotes, places, strict=True):
        said = "".join(line.text for line in place.quote)
        assert words(block) == "".join(said.split())


def test_lists_are_lists_and_links_are_those_of_the_evidence(sources: Document) -> None:
    text = to_markdown(sources)
    assert "\n1. Het tegengaan van" in text and "\n> 1. Het tegengaan van" in text
    expected = {link.url for e in sources.exchanges for p in e.places for link in [p.link] if link}
    notes = [p.source for e in sources.exchanges for p in e.places] + [
        n.source for e in sources.exchanges for p in e.places for n in p.footnotes
    ]
    expected |= {link.url for source in notes if source for link in source.links}
    assert links(text) == expected and len(expected) > 4


def test_hostile_text_stays_text(attacked: Document, conversation: Document) -> None:
    text = to_markdown(attacked)
    kinds = {token.type for token in tokens(text)}
    assert kinds <= {token.type for token in tokens(to_markdown(conversation))}
    assert not kinds & {"html_block", "html_inline", "image", "code_inline", "code_block", "fence", "table_open", "s_open", "hr"}
    assert links(text) == {fact.value.pieces[0].url for fact in attacked.facts if fact.value.pieces[0].url}
    typed = [line.text for exchange in attacked.exchanges for line in (*exchange.question, exchange.heading)]
    assert all("".join(line.split()) in words(text) for line in typed)
    # Programs make links of bare addresses, formulas of dollar signs and templates of braces, whatever the escapes.
    for exchange in text.split("\n## ")[1:]:
        assert not re.search(r"https?://|\bwww\.\w|\w@\w|[${}]|<", exchange)


def test_no_attack_changes_the_form(attacks: list[str], assistant: Assistant, on: date) -> None:
    answer = assistant.ask("hallo")
    plain = [(token.type, token.tag) for token in tokens(to_markdown(document_of([("vraag", answer)], assistant, "nl", on)))]
    shape = {kind for kind in plain if kind[0] != "text"}
    for attack in attacks:
        text = to_markdown(document_of([(attack, answer)], assistant, "nl", on))
        assert {(t.type, t.tag) for t in tokens(text)} <= shape | {("text", "")}, attack


def test_an_evil_publication_is_quoted_as_text(poisoned: Document) -> None:
    text = to_markdown(poisoned)
    assert links(text) == set() and not any(t.type in ("html_inline", "code_inline", "image") for t in tokens(text))
    assert "[klik](javascript:alert(1))`x`#lety<b>blijft</b>$a^2$staan" in words(text)


@pytest.mark.parametrize(
    "text",
    ["- a", "+ a", "12. a", "1) a", "# a", "=== ", "---", "> a", "    abc", "* a", "!a", "~~~", "```", "| a |", ": a", "% a"],
)
def test_the_beginning_of_a_line_means_nothing(text: str, assistant: Assistant, on: date) -> None:
    question = f"{text}\n{text}"
    document = document_of([(question, assistant.ask("hallo"))], assistant, "nl", on)
    after = to_markdown(document).partition("\n## ")[2]
    assert {t.type for t in tokens(f"## {after}")} == {
        "heading_open",
        "heading_close",
        "inline",
        "text",
        "paragraph_open",
        "paragraph_close",
        "em_open",
        "em_close",
    }
    assert words(after).count("".join(text.split())) == 2

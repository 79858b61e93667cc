"""Evidence as HTML: escaped, marked, linked."""

from __future__ import annotations

import html
import re

import pytest

from assistant.answer import Answer, Citation
from assistant.service import Assistant
from assistant.ui.evidence import answer_markdown, evidence_html, plain
from assistant.ui.guidance import search_page
from assistant.ui.texts import texts


def cite(assistant: Assistant, locator: str, quote: str) -> Answer:
    unit = assistant.unit(locator)
    citation = Citation(
        marker=1, locator=locator, unit=unit.id, label=assistant.label(locator, "nl"), page=unit.page, quote=quote, url=None
    )
    return Answer(
        question="v",
        standalone_question="v",
        status="answered",
        language="nl",
        answer=f"{quote} [1]",
        citations=[citation],
        index_version="x",
    )


def test_the_quote_is_marked_inside_the_whole_unit(assistant: Assistant) -> None:
    quote = "Slachtoffers kunnen ook zelf bij Veilig Thuis een melding doen."
    shown = evidence_html(cite(assistant, "crm-2021:actiepunt-5", quote), 3, assistant, "nl")
    assert f'<mark id="bewijs-3-1">{quote}</mark>' in shown
    text = html.unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", "", re.findall(r"<blockquote.*?</blockquote>", shown, re.DOTALL)[0]))
    assert "".join(text.split()) == "".join(assistant.unit("crm-2021:actiepunt-5").text.split())


def test_an_answer_without_citations(assistant: Assistant) -> None:
    answer = assistant.ask("hallo")
    assert texts("nl")["evidence_no_citations"] in evidence_html(answer, 1, assistant, "nl")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://a.b/c)",
        "https://a.b",
        "**vet** _schuin_",
        "`code` $x$",
        "a@b.nl",
    ],
)
def test_plain_leaves_nothing_to_interpret(text: str) -> None:
    escaped = plain(text)
    assert html.unescape(escaped) == text
    assert not re.search(r"[<>\[\]()!*_`$@:]", re.sub(r"&#\d+;", "", escaped))


def test_markers_become_links_and_other_links_stay(assistant: Assistant) -> None:
    answer = cite(assistant, "crm-2021:nawoord", "x")
    answer.answer = "Een zin. [1] Zie [Nawoord](/?unit=nawoord). Nog een. [12]"
    assert html.unescape(answer_markdown(answer, 2, "nl")) == (
        "**Antwoord uit de handreiking**\n\n"
        "Een zin. [\\[1\\]](#bewijs-2-1) Zie [Nawoord](?unit=nawoord). Nog een. [\\[12\\]](#bewijs-2-12)"
    )


def test_quotes_are_marked_with_their_language_where_the_page_has_another(assistant: Assistant) -> None:
    answer = assistant.ask("Wat registreert Veilig Thuis nu niet?")
    first = answer.citations[0].quote.split(".")[0]
    assert f'<span lang="nl">{first}' in html.unescape(answer_markdown(answer, 1, "en"))
    assert "<span" not in answer_markdown(answer, 1, "nl")
    answer.answer = "This is no quote. [1]"
    assert "<span" not in answer_markdown(answer, 1, "en")


def test_markup_of_a_publication_stays_text(assistant: Assistant) -> None:
    answer = cite(assistant, "crm-2021:nawoord", "x")
    answer.answer = "![x](http://a.b/c) [y](javascript:alert(1)) <img src=z> **vet** [1]"
    shown = answer_markdown(answer, 1, "nl")
    assert not re.search(r"!\[|\]\((?!#bewijs)|<img", shown)
    assert "![x](http://a.b/c) [y](javascript:alert(1)) <img src=z>" in html.unescape(shown)


def test_a_unit_is_shown_once_with_all_its_quotes(assistant: Assistant) -> None:
    answer = assistant.ask("Wat registreert Veilig Thuis nu niet?")
    shown = evidence_html(answer, 1, assistant, "nl")
    assert shown.count('class="evidence-entry"') == len({citation.unit for citation in answer.citations})
    assert [f'id="bewijs-1-{citation.marker}"' in shown for citation in answer.citations] == [True] * len(answer.citations)


def test_both_languages_have_the_same_texts() -> None:
    assert set(texts("nl")) == set(texts("en"))


def test_a_search_by_somebody_in_danger_shows_the_help_lines_first(assistant: Assistant) -> None:
    page = search_page("ik ben bang voor mijn man, hij slaat mij", assistant, "nl")
    assert page.index("0800-2000") < page.index('<ol class="found">')
    assert "0800-2000" not in search_page("drempel", assistant, "nl")

"""The guidance to read: pages of plain HTML with contents, search and an address for every unit. No script is needed."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote

from assistant.ui.evidence import footnote_html, source_html
from assistant.ui.statement import markdown_html
from assistant.ui.texts import other_language, texts
from corpus.errors import LocatorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.service import Assistant
    from corpus.publication import Publication
    from corpus.unit import Block, Unit

_FOUND = 15
_LONGEST_SEARCH = 200


@cache
def _template() -> Template:
    return Template((files("assistant.ui") / "plain.html").read_text(encoding="utf-8"))


def unit_page(locator: str, assistant: Assistant, language: str) -> tuple[str, int]:
    """HTML of a unit's page and its status code; an empty locator shows the first unit, an unknown one gives 404."""
    try:
        unit = assistant.unit(locator) if locator else assistant.index.corpus.units[0]
    except LocatorError as error:
        body = f"<h1>{escape(texts(language)['unknown_unit'])}</h1><p>{escape(error.message)} {escape(error.hint)}</p>"
        return _page(texts(language)["unknown_unit"], body, assistant, language, None), 404
    publication = assistant.publication_of(unit)
    words = texts(language)
    notes = "".join(footnote_html(f"{unit.publication}:{note}", assistant, language) for note in unit.footnotes)
    own = publication.source_of(unit.id)
    heading = publication.label(unit, language)
    group = f'<p class="group">{escape(unit.group)}</p>' if unit.group else ""
    parts = [
        f"<h1>{escape(heading)}</h1>{group}",
        _replaced(publication, assistant, words),
        f'<div class="text" lang="{escape(publication.language)}"><h2>{escape(unit.title)}</h2>{_blocks(unit, assistant)}</div>',
        source_html(own, language) if own else "",
        f"<h2>{escape(words['footnotes'])}</h2>{notes}" if notes else "",
        f'<p class="address">{escape(words["address"])}: <code>/?unit={escape(assistant.address(unit))}</code></p>',
        _neighbours(unit, publication, assistant, language),
    ]
    return _page(heading, "".join(parts), assistant, language, unit), 200


def _replaced(publication: Publication, assistant: Assistant, words: dict[str, str]) -> str:
    """That another edition answers now; empty for a publication that answers."""
    answering = assistant.index.corpus.publications
    if publication.id in answering:
        return ""
    titles = "; ".join(f"{other.title} ({other.year})" for other in answering.values() if other.is_guidance)
    return f'<p role="note">{escape(words["replaced"].format(titles=titles))}</p>'


def search_page(wanted: str, assistant: Assistant, language: str) -> str:
    """HTML of what a search in the text finds: units that hold the words first, then the ones that search ranks highest."""
    wanted = " ".join(assistant.masked(wanted[:_LONGEST_SEARCH]).split())
    words = texts(language)
    found = _found(wanted, assistant) if wanted else []
    said = words["search_found" if found else "search_none"].format(count=len(found), words=wanted)
    items = "".join(f"<li>{_link(unit, assistant, language)}<br>{_excerpt(unit, wanted)}</li>" for unit in found)
    title = words["search"]
    lines = assistant.help_for(wanted, language)
    helped = f'<div class="help" role="alert">{markdown_html(lines)}</div>' if lines else ""
    body = f'<h1>{escape(title)}</h1>{helped}<p role="status">{escape(said)}</p><ol class="found">{items}</ol>'
    return _page(title, body, assistant, language, None, wanted)


def _found(wanted: str, assistant: Assistant) -> list[Unit]:
    with assistant.reading() as index:
        literal = [unit for unit in index.corpus.units if wanted.lower() in f"{unit.title} {unit.text}".lower()]
        ranked = [index.corpus.find(hit.locator) for hit in index.search(wanted).hits[:5]]
    return list({str(unit.locator): unit for unit in [*literal, *ranked]}.values())[:_FOUND]


def _excerpt(unit: Unit, wanted: str) -> str:
    """The text around the words that were searched, which are marked; else its beginning."""
    at = unit.text.lower().find(wanted.lower())
    if at < 0:
        return escape(unit.text[:160]) + ("…" if len(unit.text) > 160 else "")
    start, end = max(0, at - 80), at + len(wanted)
    before = ("…" if start else "") + unit.text[start:at]
    return f"{escape(before)}<mark>{escape(unit.text[at:end])}</mark>{escape(unit.text[end : end + 80])}…"


def _blocks(unit: Unit, assistant: Assistant) -> str:
    return "".join(_block(unit, block, assistant) for block in unit.blocks)


def _block(unit: Unit, block: Block, assistant: Assistant) -> str:
    text = _marked(unit, block, assistant)
    if block.kind == "list":
        lines = [line.removeprefix("- ") for line in text.split("\n")]
        return '<ul class="list">' + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    return f"<blockquote>{text}</blockquote>" if block.kind == "quotation" else f"<p>{text}</p>"


def _marked(unit: Unit, block: Block, assistant: Assistant) -> str:
    """A block's text as HTML, its footnote marks as links to the notes."""
    parts, position = [], block.start
    for mark in unit.marks:
        if block.start < mark.position <= block.end:
            number = mark.unit.rpartition("-")[2]
            note = assistant.address(assistant.unit(f"{unit.publication}:{mark.unit}"))
            link = f'<sup><a href="?unit={quote(note)}">{escape(number)}</a></sup>'
            parts += [escape(unit.text[position : mark.position]), link]
            position = mark.position
    return "".join(parts) + escape(unit.text[position : block.end])


def _neighbours(unit: Unit, publication: Publication, assistant: Assistant, language: str) -> str:
    words, at = texts(language), publication.units.index(unit)
    links = []
    for name, step in (("previous", -1), ("next", 1)):
        if 0 <= at + step < len(publication.units):
            other = publication.units[at + step]
            text = f"{words[name]}: {publication.short_name(other, language)}"
            links.append(f'<a rel="{name[:4]}" href="?unit={quote(assistant.address(other))}">{escape(text)}</a>')
    return f'<p class="neighbours">{" ".join(links)}</p>'


def _link(unit: Unit, assistant: Assistant, language: str, *, current: bool = False) -> str:
    label = assistant.publication_of(unit).label(unit, language)
    here = ' aria-current="page"' if current else ""
    return f'<a href="?unit={quote(assistant.address(unit))}"{here}>{escape(label)}</a>'


def _contents(units: Iterable[Unit], assistant: Assistant, language: str, chosen: Unit | None) -> str:
    """The units as a tree: what stands under a printed heading or belongs to an earlier unit is one level deeper."""
    outer: list[tuple[str, list[str]]] = []
    for unit in units:
        link = _link(unit, assistant, language, current=unit == chosen)
        if outer and (unit.parent is not None or unit.group is not None):
            outer[-1][1].append(link)
        else:
            outer.append((link, []))
    return f"<ul>{''.join(f'<li>{link}{_list(inner)}</li>' for link, inner in outer)}</ul>"


def _list(links: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{link}</li>' for link in links)}</ul>" if links else ""


def _page(title: str, body: str, assistant: Assistant, language: str, unit: Unit | None, wanted: str = "") -> str:
    words = texts(language)
    other = other_language(language)
    same = f"?unit={quote(assistant.address(unit))}" if unit else "?unit="
    nav = "".join(
        f"<h3>{escape(publication.title)}</h3>{_contents(publication.units, assistant, language, unit)}"
        for publication in assistant.index.corpus.publications.values()
        if publication.is_guidance or (unit is not None and unit.publication == publication.id)
    )
    return _template().substitute(
        language=language,
        title=escape(f"{title} – {words['title']}"),
        name=escape(words["title"]),
        to_chat=escape(words["to_chat"]),
        other=other,
        other_href=escape(f"../{same}" if other == "nl" else f"{other}/{same}"),
        other_name=escape(words["language_switch"]),
        search=escape(words["search"]),
        search_button=escape(words["search_button"]),
        wanted=escape(wanted),
        contents=escape(words["contents"]),
        nav=nav,
        body=body,
    )

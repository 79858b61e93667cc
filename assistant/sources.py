"""Commands for the sources that publications cite: fetching them, and looking whether their links still lead to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpus.cited import CitedWork
    from corpus.collect import Link, State

sources_app = typer.Typer(no_args_is_help=True, help="De bronnen waarnaar de publicaties verwijzen.")

_ID = typer.Option("--id", help="Alleen deze bron: naam of vindplaats; mag vaker.")
_STRICT = typer.Option("--strict", help="Eindig met 1 als een link faalt.")
_NO_ANSWER = "fetch-host"


@sources_app.command("fetch")
def fetch(ids: Annotated[list[str] | None, _ID] = None, strict: Annotated[bool, _STRICT] = False) -> None:
    """Haal de bronnen op en lees hun tekst; wat er al is en niet veranderde blijft."""
    from assistant.progress import progress_bars
    from assistant.render import text
    from corpus.collect import collect
    from corpus.robots import Robots

    settings = _settings()
    works = [work for work in _chosen(settings, ids or []) if work.links]
    settings.data.prepare()
    robots, states = Robots(), []
    with progress_bars() as progress:
        for done, work in enumerate(works):
            progress("fetch", done, len(works))
            states.append(collect(work, settings.data.sources, robots))
        progress("fetch", len(works), len(works))
    for work, state in zip(works, states, strict=True):
        print("\n".join(_lines(work, state, state.links)))
    loaded = sum(state.loaded for state in states)
    print(text("sources_fetched", loaded=loaded, total=len(works)))
    _tell_no_answer([link for state in states for link in state.links])
    if loaded:
        print(text("sources_build"))
    if strict and loaded < len(works):
        raise typer.Exit(1)


@sources_app.command("check")
def check(
    ids: Annotated[list[str] | None, _ID] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Een JSON-object per bron.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Kijk alleen wat er al is.")] = False,
    strict: Annotated[bool, _STRICT] = False,
) -> None:
    """Toon van elke bron of haar tekst geladen is, en wat haar links nu geven."""
    import json

    from corpus.collect import look, read_state
    from corpus.robots import Robots

    settings, robots = _settings(), Robots()
    tried: list[Link] = []
    well = True
    for work in _chosen(settings, ids or []):
        state = read_state(settings.data.sources / work.slug)
        links = state.links if offline else tuple(look(url, state, robots) for url in work.links)
        tried += links
        well = well and (not work.links or (state.loaded and all(link.problem is None for link in links)))
        if as_json:
            print(json.dumps(_row(work, state, links), ensure_ascii=False))
        else:
            print("\n".join(_lines(work, state, links)))
    if not as_json:
        _tell_no_answer(tried)
    if strict and not well:
        raise typer.Exit(1)


def _settings() -> Settings:
    from assistant.settings import load_settings

    return load_settings()


def _chosen(settings: Settings, ids: Sequence[str]) -> list[CitedWork]:
    """The works that are asked for by slug, id or the locator of a reference; all when none is asked for.

    Raises:
        LocatorError: no such work; it names those that there are.
    """
    from corpus.errors import LocatorError

    works = works_of(settings)
    chosen = {work.slug: work for wanted in ids for work in works if wanted in _names(work)}
    unknown = next((wanted for wanted in ids if not any(wanted in _names(work) for work in works)), None)
    if unknown is not None:
        raise LocatorError("source-unknown", source=unknown, known=", ".join(work.slug for work in works) or "–")
    return list(chosen.values()) if ids else works


def works_of(settings: Settings) -> list[CitedWork]:
    """Every work that the installed publications cite."""
    from corpus.cited import cited_works
    from corpus.collect import known_slugs
    from corpus.publication import load_publications

    return cited_works(load_publications(settings.data.publications), known_slugs(settings.data.sources))


def count_loaded(settings: Settings) -> tuple[int, int]:
    """How many cited works have a text that is ready to be searched, and how many there are."""
    from corpus.collect import read_state

    works = works_of(settings)
    return sum(read_state(settings.data.sources / work.slug).loaded for work in works), len(works)


def _names(work: CitedWork) -> set[str]:
    short = {locator.partition(":")[2] for locator in (*work.via, *work.sources)}
    return {work.slug, work.id, *work.via, *work.sources, *short}


def _lines(work: CitedWork, state: State, links: Sequence[Link]) -> Iterator[str]:
    """What people read of a work: its name, what it is, its text, its links."""
    from assistant.render import text

    source = work.source
    facts = [", ".join(source.authors), source.title, source.publisher or "", str(source.year or "")]
    yield f"{work.slug}  [{', '.join(work.via)}]"
    yield f"  {text('source', facts=' · '.join(fact for fact in facts if fact))}"
    if state.loaded:
        values: dict[str, Any] = {"date": (state.fetched or "")[:10], "file": state.file, "kind": state.kind or "?"}
        yield f"  {text('source_loaded', size=(state.size or 0) // 1000, sha256=(state.sha256 or '')[:12], **values)}"
    else:
        yield f"  {text('source_not_loaded')}{f' {state.unread}' if state.unread else ''}"
    if not work.links:
        yield f"  {text('source_no_link')}"
    for link in links:
        yield f"  {text('source_link', url=link.url, said=link.said or text('link_changed' if link.changed else 'link_well'))}"


def _row(work: CitedWork, state: State, links: Sequence[Link]) -> dict[str, Any]:
    from dataclasses import asdict

    source = work.source
    row: dict[str, Any] = {"slug": work.slug, "id": work.id, "title": source.title, "authors": list(source.authors)}
    row |= {"publisher": source.publisher, "year": source.year, "via": list(work.via), "loaded": state.loaded}
    kept = ("fetched", "url", "file", "kind", "size", "sha256", "unread")
    return row | {name: getattr(state, name) for name in kept} | {"links": [asdict(link) for link in links]}


def _tell_no_answer(links: Sequence[Link]) -> None:
    """Say that the sources are known by their description only, when no website answered at all."""
    from assistant.render import text

    if links and all(link.problem == _NO_ANSWER for link in links):
        print(text("sources_no_network"))

"""Cited sources: named once each, fetched from their links in order, read, and kept as publications with pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from corpus import fetch
from corpus.cited import cited_works, name_of, slug_of, spoken_names
from corpus.collect import Limits, collect, known_slugs, look, read_state
from corpus.errors import CorpusError, FetchError
from corpus.fetched import load_fetched, with_fetched
from corpus.publication import Corpus, Publication
from corpus.robots import Robots
from corpus.sources import Source
from tests.corpus.web import Page, Site, bomb, docx, etag, html, pdf, running

REED = "Riet dat in de winter blijft staan, houdt de oever vast en geeft larven van libellen een plaats om te overleven."
MUD = "Bagger van meer dan veertig centimeter verstikt de waterplanten, zegt het onderzoek van de Unie in negen polders."
PDF = "application/pdf"


@pytest.fixture
def site() -> Iterator[Site]:
    with running(Site()) as site:
        yield site


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further tries come at once; everything else about them is as it is."""
    monkeypatch.setattr(fetch, "_PAUSE", 0.01)


def citing(publication: Publication, *sources: Source) -> Publication:
    return replace(publication, sources=sources)


def source(*links: str, uid: str = "noot-1", author: str = "Unie van Sloten", year: int | None = 2023) -> Source:
    return Source(uid, "noot-1", "Maaihandleiding: wanneer en hoe", (author,), year=year, language="nl", links=links)


def gathered(publication: Publication, folder: Path, robots: Robots | None = None) -> tuple[Corpus, list[str | None]]:
    """Everything that is cited, fetched: the corpus with it, and what the links gave."""
    works = cited_works([publication], known_slugs(folder))
    states = [collect(work, folder, robots or Robots()) for work in works]
    return Corpus(with_fetched([publication], folder)), [link.problem for state in states for link in state.links]


def test_names_and_slugs_of_the_real_sources(publication: Publication) -> None:
    works = cited_works([publication])
    slugs = [work.slug for work in works]
    assert len(set(slugs)) == len(slugs) == len(publication.sources) - 1  # one refers to another
    assert {"our-watch-2015", "cbs-2020", "veiligheid-voor-elkaar-2020", "majone-steketee-2020"} <= set(slugs)
    same = next(work for work in works if len(work.via) == 2)
    assert same.source.year == 2020 and len(same.links) == 1
    watch = next(work.source for work in works if work.slug == "our-watch-2015")
    assert {"our watch", "anrows", "change the story"} <= set(spoken_names(watch))
    steketee = next(work.source for work in works if work.slug == "majone-steketee-2020")
    assert name_of(steketee) == "Majone Steketee" and "steketee" in spoken_names(steketee)


def test_slugs_are_unique_and_stay(small_publication: Publication) -> None:
    twice = citing(small_publication, source(), replace(source(uid="noot-2"), unit="bepaling-1"))
    assert [work.slug for work in cited_works([twice])] == ["unie-van-sloten-2023", "unie-van-sloten-2023-2"]
    renamed = citing(small_publication, source(author="Unie van Slotenbeheerders"))
    assert cited_works([renamed], {"wateren-2024:noot-1": "unie-van-sloten-2023"})[0].slug == "unie-van-sloten-2023"
    assert slug_of(Source("x", "x", "…")) == "x"


def test_a_source_of_two_publications_is_fetched_once(small_publication: Publication) -> None:
    other = replace(small_publication, data={**small_publication.data, "id": "ander-2024"})
    works = cited_works([citing(small_publication, source("https://a/b")), citing(other, source("https://a/b", author="Anders"))])
    assert [work.via for work in works] == [("wateren-2024:noot-1", "ander-2024:noot-1")]


def test_a_pdf_has_a_unit_a_page(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    body = pdf([REED, MUD], first=23)
    site.pages["/gids.pdf"] = Page(body, PDF, etag=etag(body))
    corpus, problems = gathered(citing(small_publication, source(f"{site.address}/gids.pdf")), tmp_path)
    unit = corpus.find("bron-unie-van-sloten-2023:p-24")
    text = corpus.publication_of(unit)
    assert problems == [None] and MUD in unit.text and unit.page == "24"
    assert (text.label(unit, "nl"), text.year, text.via) == ("Unie van Sloten (2023), p. 24", 2023, ("wateren-2024:noot-1",))
    assert text.url == f"{site.address}/gids.pdf" and not text.is_guidance
    assert [each.id for each in corpus.guidance] == ["wateren-2024"] and unit not in corpus.units
    assert read_state(tmp_path / "unie-van-sloten-2023").file == "received.pdf"


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/gids", html("Maaihandleiding", REED, f"</p><h2>Over bagger</h2><p>{MUD}"), "text/html"),
        ("/gids.docx", docx(("Heading 1", "Maaihandleiding"), ("Normal", REED), ("Heading 2", "Over bagger"), ("Normal", MUD)),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("/gids.md", f"# Maaihandleiding\n\n{REED}\n\n## Over bagger\n\n{MUD}\n".encode(), "text/markdown"),
    ],
)  # fmt: skip
def test_what_has_no_pages_has_a_unit_a_section(
    site: Site, small_publication: Publication, tmp_path: Path, path: str, body: bytes, kind: str
) -> None:
    site.pages[path] = Page(body, kind)
    corpus, _ = gathered(citing(small_publication, source(site.address + path, year=None)), tmp_path)
    unit = corpus.find("bron-unie-van-sloten:over-bagger")
    assert unit.text == MUD and unit.page == ""
    year = corpus.publication_of(unit).year
    assert corpus.publication_of(unit).label(unit, "en") == f"Unie van Sloten (retrieved {year}), ‘Over bagger’"


def test_plain_text_is_one_unit(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    site.pages["/gids.txt"] = Page(f"{REED}\n\n{MUD}\n".encode(), "text/plain")
    corpus, _ = gathered(citing(small_publication, source(f"{site.address}/gids.txt")), tmp_path)
    text = corpus.publications["bron-unie-van-sloten-2023"]
    assert len(text.units) == 1 and REED in text.units[0].text and MUD in text.units[0].text


def test_links_are_tried_in_order_and_each_says_what_is_wrong(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    site.pages |= {
        "/robots.txt": Page(b"User-agent: *\nDisallow: /dicht", "text/plain"),
        "/weg": Page(html("Pagina niet gevonden", REED, REED)),
        "/dicht": Page(pdf([REED]), PDF),
        "/groot": Page(bomb(120_000_000), encoding="gzip"),
        "/inlog.pdf": Page(html("Inloggen", REED, REED)),
        "/goed.pdf": Page(pdf([REED]), PDF),
        "/later.pdf": Page(pdf([MUD]), PDF),
    }
    paths = ("/niets", "/weg", "/dicht", "/groot", "/inlog.pdf", "/goed.pdf", "/later.pdf")
    corpus, problems = gathered(citing(small_publication, source(*(site.address + path for path in paths))), tmp_path)
    wrong = ["fetch-not-found", "fetch-soft", "fetch-robots", "fetch-large", "fetch-kind"]
    assert problems == [*wrong, None] and "/later.pdf" not in site.paths() and "/dicht" not in site.paths()
    assert REED in corpus.publications["bron-unie-van-sloten-2023"].units[0].text
    assert sorted(path.name for path in (tmp_path / "unie-van-sloten-2023").iterdir()) == [
        "publication.json",
        "received.pdf",
        "state.json",
    ]


def test_unchanged_sources_are_asked_but_not_fetched(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    body = pdf([REED])
    site.pages["/gids.pdf"] = Page(body, PDF, etag=etag(body))
    cited = citing(small_publication, source(f"{site.address}/gids.pdf"))
    gathered(cited, tmp_path)
    folder = tmp_path / "unie-van-sloten-2023"
    first, written = read_state(folder), (folder / "publication.json").stat().st_mtime_ns
    gathered(cited, tmp_path)
    again = read_state(folder)
    assert site.asked[-1][1]["if-none-match"] == etag(body)
    assert replace(again, checked=first.checked) == first
    assert (folder / "publication.json").stat().st_mtime_ns == written


def test_a_changed_source_takes_the_place_of_the_old_one(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    cited = citing(small_publication, source(f"{site.address}/gids.pdf"))
    site.pages["/gids.pdf"] = Page(pdf([REED]), PDF, etag='"1"')
    gathered(cited, tmp_path)
    before = read_state(tmp_path / "unie-van-sloten-2023")
    site.pages["/gids.pdf"] = Page(pdf([MUD]), PDF, etag='"2"')
    changed = look(f"{site.address}/gids.pdf", before, Robots())
    assert changed.changed and changed.problem is None
    corpus, _ = gathered(cited, tmp_path)
    after = read_state(tmp_path / "unie-van-sloten-2023")
    assert after.before == before.sha256 != after.sha256
    assert MUD in corpus.publications["bron-unie-van-sloten-2023"].units[0].text


def test_a_source_that_is_gone_later_stays_loaded(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    cited = citing(small_publication, source(f"{site.address}/gids.pdf"))
    site.pages["/gids.pdf"] = Page(pdf([REED]), PDF)
    gathered(cited, tmp_path)
    site.pages["/gids.pdf"] = Page(html("Niet gevonden", REED, REED))
    corpus, problems = gathered(cited, tmp_path)
    assert problems == ["fetch-kind"] and REED in corpus.publications["bron-unie-van-sloten-2023"].units[0].text


def test_what_was_broken_off_is_gone_on_with(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    body = pdf([REED, MUD])
    site.pages["/gids.pdf"] = Page(body, PDF, etag=etag(body), cut=[1000, 0, 0, 0])
    cited = citing(small_publication, source(f"{site.address}/gids.pdf"))
    assert gathered(cited, tmp_path)[1] == ["fetch-cut"]
    assert gathered(cited, tmp_path)[1] == [None]
    assert site.asked[-1][1]["range"] == "bytes=1000-"


def test_a_damaged_file_is_fetched_again(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    body = pdf([REED])
    site.pages["/gids.pdf"] = Page(body, PDF, etag=etag(body))
    cited = citing(small_publication, source(f"{site.address}/gids.pdf"))
    gathered(cited, tmp_path)
    held = tmp_path / "unie-van-sloten-2023" / "received.pdf"
    held.write_bytes(b"broken")
    gathered(cited, tmp_path)
    assert held.read_bytes() == body


def test_a_file_that_cannot_be_read_is_told(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    site.pages["/gids.pdf"] = Page(b"%PDF-1.7\nnothing", PDF)
    corpus, problems = gathered(citing(small_publication, source(f"{site.address}/gids.pdf")), tmp_path)
    state = read_state(tmp_path / "unie-van-sloten-2023")
    assert problems == [None] and not state.loaded and state.unread and len(corpus.publications) == 1


def test_sources_of_others_are_left_out(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    site.pages["/gids.pdf"] = Page(pdf([REED]), PDF)
    gathered(citing(small_publication, source(f"{site.address}/gids.pdf")), tmp_path)
    assert load_fetched(tmp_path, ["other"]) == [] and len(load_fetched(tmp_path, ["wateren-2024"])) == 1
    assert load_fetched(tmp_path / "none", ["wateren-2024"]) == []


@pytest.mark.parametrize("name", ["state.json", "publication.json"])
def test_a_damaged_record_is_named(site: Site, small_publication: Publication, tmp_path: Path, name: str) -> None:
    site.pages["/gids.pdf"] = Page(pdf([REED]), PDF)
    cited = citing(small_publication, source(f"{site.address}/gids.pdf"))
    gathered(cited, tmp_path)
    (tmp_path / "unie-van-sloten-2023" / name).write_text(json.dumps({"units": 1}), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        gathered(cited, tmp_path)
    assert name in caught.value.message


def test_a_folder_that_cannot_be_made_stops(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    work = cited_works([citing(small_publication, source(f"{site.address}/x"))])[0]
    with pytest.raises(FetchError) as caught:
        collect(work, tmp_path / "file", Robots(), Limits(largest=10))
    assert caught.value.code == "fetch-disk"


def test_two_processes_do_not_fetch_the_same_work(site: Site, small_publication: Publication, tmp_path: Path) -> None:
    work = cited_works([citing(small_publication, source(f"{site.address}/x"))])[0]
    with FileLock(tmp_path / f".{work.slug}.lock"), pytest.raises(FetchError) as caught:
        collect(work, tmp_path, Robots())
    assert caught.value.code == "fetch-busy" and site.asked == []


def test_a_section_named_like_a_unit_of_the_guidance_hides_nothing(
    site: Site, small_publication: Publication, tmp_path: Path
) -> None:
    head = small_publication.by_id["bepaling-1"].id.replace("-", " ").capitalize()
    site.pages["/gids"] = Page(html("Maaihandleiding", REED, f"</p><h2>{head}</h2><p>{MUD}"))
    corpus, _ = gathered(citing(small_publication, source(f"{site.address}/gids")), tmp_path)
    unit = corpus.find("bron-unie-van-sloten-2023:bepaling-1")
    assert corpus.find("bepaling-1").publication == "wateren-2024"
    assert corpus.name(corpus.find("bepaling-1")) == "bepaling-1" and corpus.name(unit) == str(unit.locator)

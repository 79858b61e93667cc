"""The maintainer's pages: accessible in both languages and themes, usable without a script, harmless with hostile texts."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from assistant.feedback import FeedbackStore
from assistant.gaps import GapGroup
from assistant.maintain.frame import Frame
from assistant.maintain.heard import feedback_page, gaps_page
from assistant.maintain.jobs import Job
from assistant.maintain.overview import overview
from assistant.maintain.reading import comparison_page, diff_page, report_page
from assistant.maintain.shelf import Shelf, look
from assistant.service import Assistant
from assistant.settings import Settings
from corpus.errors import CorpusError
from corpus.publication import Publication
from index.diff import compare_publications
from index.history import Switch, record
from index.versions import write_json

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
HOSTILE = '"><script>alert(1)</script>&lt;'
Serving = Callable[[Assistant, Settings], AbstractContextManager[str]]


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.fixture(scope="module")
def address(assistant: Assistant, settings: Settings, serving: Serving) -> Iterator[str]:
    with serving(assistant, settings) as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    yield context.new_page()
    context.close()


@pytest.fixture
def full(settings: Settings, tmp_path: Path) -> Settings:
    """A data folder with two versions, a history and an added publication: enough of each for the pages."""
    data = Settings(data_dir=tmp_path / "full").data
    data.prepare()
    manifest = settings.data.manifest(str(settings.data.live()))
    for version in ("0123456789abcdef", "fedcba9876543210"):
        (data.versions / version).mkdir()
        write_json(data.versions / version / "manifest.json", manifest | {"version": version})
    write_json(data.pointer, {"version": "0123456789abcdef", "previous": "fedcba9876543210"})
    record(data.history, Switch("promote", None, "0123456789abcdef", HOSTILE, ("recall@5 0.9 < 0.95",)))
    folder = shutil.copytree(Path(__file__).parents[2] / "data" / "wateren-2024", data.publications / "wateren-2024")
    (folder / "report.md").write_text("# Verslag\n")
    return Settings(data_dir=data.path)


def changed(publication: Publication) -> Publication:
    """Another edition: a unit changed, one gone, one new."""
    first, second, *others = publication.units
    words = replace(first, text=first.text.replace("broedtijd", f"zomer {HOSTILE}"))
    return replace(publication, units=(words, replace(second, id="bepaling-9"), *others))


def compared() -> dict[str, Any]:
    sides = [{"status": s, "cited": [HOSTILE], "answer": f"Een antwoord {HOSTILE}"} for s in ("answered", "partial")]
    what = ["status", "answer", "citations", "scores"]
    change = {"id": "x", "question": HOSTILE, "what": what, "before": sides[0], "after": sides[1], "scores": {}}
    scores = {"recall@5": (0.9, 0.95, 224)}
    counts = {"before": "a1", "after": "b2", "cases": 224, "bank": 200, "left_out": {"a1": [], "b2": ["c"]}}
    return {**counts, "changes": [change], "scores": scores}


def pages(frame: Frame, settings: Settings, small: Publication, feedback: FeedbackStore) -> dict[str, str]:
    """Every page, with as much on it as there can be."""
    shelf = Shelf(look(settings.data).publications, ((HOSTILE, CorpusError("bank-line", number=1, reason=HOSTILE)),))
    jobs = [
        Job(1, "build", {}, stages={"embed": (10, 10), "learn": (0, 0)}),
        Job(2, "build", {}, "failed", code="x", message=HOSTILE, hint=HOSTILE, ended=1e10),
        Job(3, "publish", {"version": "v", "reason": ""}, "failed", code="gate-failed", message="m", hint="h", ended=1e10),
        Job(4, "compare", {"before": "a", "after": "b"}, "done", result={}, ended=1e10),
        Job(
            5,
            "publish",
            {},
            "done",
            result={"version": "v", "verdict": {"cases": 3, "left_out": [], "misses": ["m"]}},
            ended=1e10,
        ),
        Job(6, "build", {}, "done", result={"version": "v", "embedded": 1, "reused": 2, "built": True, "live": True}, ended=1e10),
    ]
    made = {f"job-{job.number}": overview(frame, settings, shelf, job, HOSTILE) for job in jobs}
    difference = compare_publications([small], [changed(small)])
    report = f"# Kop {HOSTILE}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x](javascript:alert(1)) ![y](http://evil.example/y.png)\n"
    group = GapGroup((HOSTILE, "Wat kost het?"), 4, "hoofdstuk-1", "2026-01-01T00:00:00+00:00")
    return made | {
        "diff": diff_page(frame, "a1", "b2", difference),
        "same": diff_page(frame, "a1", "b2", compare_publications([small], [small])),
        "comparison": comparison_page(frame, compared()),
        "report": report_page(frame, "wateren-2024", report),
        "no-report": report_page(frame, HOSTILE, None),
        "feedback": feedback_page(frame, feedback.all()),
        "gaps": gaps_page(frame, True, [group], lambda unit: f"Label {unit}"),
        "gaps-off": gaps_page(frame, False, [], str),
    }


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_accessible_and_harmless(
    page: Page, language: str, full: Settings, small_publication: Publication, assistant: Assistant, tmp_path: Path
) -> None:
    feedback = FeedbackStore(tmp_path / "f.sqlite")
    feedback.add(assistant.ask("Wat is gender?"), "wrong_citation", HOSTILE)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
    for name, html in pages(Frame(language, "nl", "", "t" * 64), full, small_publication, feedback).items():
        page.set_viewport_size({"width": 1280, "height": 900})
        page.set_content(html)
        assert violations(page) == [], name
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        assert page.locator("main script, img, main a[href^=javascript]").count() == 0, name
        assert page.locator("h1").count() == 1 and page.evaluate("document.documentElement.lang") == language
    assert dialogs == []


def test_changes_can_be_heard(small_publication: Publication) -> None:
    html = diff_page(
        Frame("nl", "nl", "", "t"), "a1", "b2", compare_publications([small_publication], [changed(small_publication)])
    )
    assert re.search(
        r'<del><span class="voice">\[begin weg\] </span>broedtijd<span class="voice">\[einde weg\] </span></del>', html
    )
    assert re.search(r"<ins>.*zomer", html)
    assert "Nieuw: wateren-2024:bepaling-9" in html and "Weg: wateren-2024:bepaling-1" in html
    assert "1 onderdelen erbij, 1 weg, 1 gewijzigd" in html


@pytest.mark.parametrize(
    "path", ["", "/feedback", "/gaps", "/publish?version={live}", "/report?id=crm-2021", "/diff?before=x&after=y"]
)
def test_the_served_pages(page: Page, address: str, settings: Settings, path: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for base in (address, address.replace("/maintain", "/en/maintain")):
        page.goto(base + path.format(live=settings.data.live()))
        assert violations(page) == []
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all(url.startswith((address.partition("/maintain")[0], "data:")) for url in requests)


def test_the_language_switch_leads_to_the_same_page(page: Page, address: str) -> None:
    page.goto(f"{address}/gaps")
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Unanswered questions"
    page.get_by_role("link", name="Nederlands").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Onbeantwoorde vragen"


def test_without_a_script(browser: Browser, address: str, tmp_path: Path) -> None:
    """A form is filled in, sent, and its fault is read, with scripts off."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    (tmp_path / "leeg.md").write_bytes(b"")
    page.get_by_label("Id: korte naam voor in vindplaatsen").fill("plan-2025")
    page.get_by_label("Titel", exact=True).fill("Plan")
    page.get_by_label("Uitgever").fill("Gemeente")
    page.get_by_label("Jaar van uitgave").fill("2025")
    page.get_by_role("button", name="Lees de publicatie").click()
    assert "Kies een bestand of vul een webadres in" in page.get_by_role("alert").inner_text()
    context.close()


def test_every_text_is_used() -> None:
    texts = tomllib.loads((files("prompts") / "maintain.toml").read_text(encoding="utf-8"))["nl"]
    folder = Path(__file__).parents[3] / "assistant" / "maintain"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.*") if path.is_file())
    made = ("task_", "stage_", "switch_", "part_", "change_", "what_", "verdict_", "upload_", "begin_", "end_")
    assert [key for key in texts if not key.startswith(made) and not re.search(rf"\b{key}\b", code)] == []

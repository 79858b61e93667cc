"""The maintainer's pages exist for maintainers only; a form counts only when it came from one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.maintain.upload import file_name
from assistant.serve import without_login
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.app import create_app
from assistant.web.users import add_user
from corpus.errors import StoreError

PASSWORD = "vier woorden op een rij"
PAGES = ("", "/report", "/diff", "/comparison", "/publish", "/discard", "/feedback", "/gaps", "/job.json", "/watch.js")
ACTS = ("/build", "/compare", "/publish", "/rollback", "/discard", "/upload")
FORM = {"id": "proef-2026", "title": "Proef", "publisher": "Wij", "year": "2026"}


def token_of(client: httpx.Client, page: str = "/maintain") -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', client.get(page).text)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def closed(assistant: Assistant, settings: Settings) -> Iterator[TestClient]:
    """Without login and not for this machine only."""
    yield TestClient(create_app(assistant, settings))


@pytest.fixture(scope="module")
def alone(assistant: Assistant, settings: Settings) -> TestClient:
    return TestClient(create_app(assistant, settings, alone=True), base_url="http://127.0.0.1:7860", follow_redirects=False)


@pytest.fixture(scope="module")
def site(assistant: Assistant, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """With login; nobody is logged in yet."""
    users = tmp_path_factory.mktemp("users") / "users"
    for name, role in (("anna", "user"), ("bea", "maintainer")):
        add_user(users, name, role, PASSWORD)
    app = create_app(assistant, settings.model_copy(update={"users_file": users}))
    yield TestClient(app, base_url="http://wegwijzer.test", follow_redirects=False)


def log_in(site: TestClient, name: str) -> TestClient:
    client = TestClient(site.app, base_url="http://wegwijzer.test", follow_redirects=False)
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token
    sent = client.post("/login", data={"name": name, "password": PASSWORD, "token": token[1]})
    assert sent.status_code == 303
    return client


@pytest.mark.parametrize("language", ["", "/en"])
def test_without_login_there_is_nothing(closed: TestClient, language: str) -> None:
    unknown = closed.get("/no-such-page")
    for path in PAGES:
        found = closed.get(f"{language}/maintain{path}")
        assert (found.status_code, found.text) == (404, unknown.text), path
    for path in ACTS:
        assert closed.post(f"{language}/maintain{path}").status_code in (404, 405)
        assert closed.post(f"{language}/maintain{path}").status_code == closed.post("/no-such-page").status_code


def test_an_ordinary_user_finds_nothing_and_cannot_upload(site: TestClient, settings: Settings) -> None:
    anna = log_in(site, "anna")
    unknown = anna.get("/no-such-page")
    assert unknown.status_code == 404
    for path in PAGES:
        found = anna.get(f"/maintain{path}")
        assert (found.status_code, found.text) == (404, unknown.text)
    refused = anna.post("/no-such-page").status_code
    for path in ACTS:
        assert anna.post(f"/maintain{path}", data={"token": "x"}).status_code == refused
    file = {"file": ("plan.md", b"# Plan\n\nTekst.\n" * 300_000)}
    assert anna.post("/maintain/upload", data=FORM, files=file).status_code == refused
    assert not (settings.data.path / ".uploads").exists()
    assert not (settings.data.publications / "proef-2026").exists()


def test_nobody_is_sent_to_the_login_page(site: TestClient) -> None:
    sent = site.get("/maintain", headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["location"][:6]) == (303, "/login")
    assert site.post("/maintain/build").status_code == 401


def test_a_maintainer_gets_in(site: TestClient) -> None:
    bea = log_in(site, "bea")
    page = bea.get("/maintain")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert bea.get("/en/maintain").status_code == 200 and bea.get("/maintain/nothing").status_code == 404


def test_a_form_without_its_token_is_refused(site: TestClient, settings: Settings) -> None:
    bea, other = log_in(site, "bea"), log_in(site, "bea")
    stolen = token_of(other)
    live = settings.data.live()
    for path in ACTS:
        for token in (None, "", "0" * 64, stolen):
            data = {**FORM, **({} if token is None else {"token": token})}
            files = {"file": ("plan.md", b"# Plan\n\nTekst.\n")} if path == "/upload" else None
            refused = bea.post(f"/maintain{path}", data=data, files=files)
            assert refused.status_code == 403 and "stond te lang open" in refused.text, path
    assert settings.data.live() == live and not list((settings.data.path / ".uploads").iterdir())


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"}]
)
def test_a_form_from_elsewhere_is_refused(site: TestClient, headers: dict[str, str]) -> None:
    bea = log_in(site, "bea")
    token = token_of(bea)
    for path in ACTS:
        assert bea.post(f"/maintain{path}", data={"token": token}, headers=headers).status_code == 403
    own = {"Origin": "http://wegwijzer.test", "Sec-Fetch-Site": "same-origin"}
    # It comes through, and there is nothing to go back to.
    assert bea.post("/maintain/rollback", data={"token": token}, headers=own).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:7860"},
        {"Host": "127.0.0.1.evil.example"},
        {"X-Forwarded-For": "203.0.113.5"},
        {"Forwarded": "for=203.0.113.5"},
        {"Via": "1.1 proxy"},
    ],
)
def test_on_this_machine_only_this_machine_gets_in(alone: TestClient, headers: dict[str, str]) -> None:
    assert alone.get("/maintain").status_code == 200
    assert alone.get("/maintain", headers=headers).status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "::1", "192.168.1.5"])
def test_for_this_machine_another_address_is_refused(settings: Settings, host: str) -> None:
    with pytest.raises(StoreError) as error:
        without_login(settings, host)
    assert error.value.code == "maintainer-host"


def test_for_this_machine_no_login_is_needed(settings: Settings, tmp_path: Path) -> None:
    asked = settings.model_copy(update={"users_file": tmp_path / "users", "oidc_issuer": "https://login.example"})
    own = without_login(asked, "127.0.0.1")
    assert (own.users_file, own.oidc_issuer) == (None, None)


def test_too_large_a_file_is_refused_and_nothing_stays(assistant: Assistant, settings: Settings) -> None:
    small = settings.model_copy(update={"maintain_upload_bytes": 20_000})
    client = TestClient(create_app(assistant, small, alone=True), base_url="http://127.0.0.1", follow_redirects=False)
    data = {**FORM, "token": token_of(client)}
    for size in (20_001, 2_000_000):
        refused = client.post("/maintain/upload", data=data, files={"file": ("plan.md", b"x" * size)})
        assert refused.status_code == 413 and "groter dan" in refused.text
    assert not list((settings.data.path / ".uploads").iterdir())


def test_what_is_no_form_is_refused(alone: TestClient, settings: Settings) -> None:
    for kind, body in (
        ("multipart/form-data; boundary=x", b"--y\r\nnonsense"),
        ("multipart/form-data", b""),
        ("text/plain", b"x"),
    ):
        refused = alone.post("/maintain/upload", content=body, headers={"Content-Type": kind})
        assert refused.status_code in (400, 403), kind
    assert not list((settings.data.path / ".uploads").iterdir())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"year": "20x6"}, "vier cijfers"),
        ({"title": " "}, "Vul de titel"),
        ({"address": "https://example.org/x"}, "niet allebei"),
    ],
)
def test_a_form_that_is_not_filled_in(alone: TestClient, settings: Settings, change: dict[str, str], said: str) -> None:
    data = {**FORM, "token": token_of(alone)} | change
    refused = alone.post("/maintain/upload", data=data, files={"file": ("plan.md", b"# Plan\n\nTekst.\n")})
    assert refused.status_code == 400 and said in refused.text
    assert not list((settings.data.path / ".uploads").iterdir())


@pytest.mark.parametrize("version", ["../../x", "..", "", "nooit"])
def test_versions_and_ids_from_an_address_are_known_ones(alone: TestClient, version: str) -> None:
    assert alone.get("/maintain/diff", params={"before": version, "after": version}).status_code == 400
    assert alone.get("/maintain/discard", params={"id": version}).status_code == 404
    assert alone.post("/maintain/discard", data={"token": token_of(alone), "id": version}).status_code == 404
    assert "geen verslag" in alone.get("/maintain/report", params={"id": version}).text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\stukken\\..Plan 2026 (def).pdf", "Plan 2026 -def-.pdf"),
        ("../../etc/passwd", "passwd"),
        ("", "document"),
        ("...", "document"),
        ("a\0b\n.md", "a-b-.md"),
        ("é" * 300 + ".docx", "é" * 95 + ".docx"),
    ],
)
def test_a_file_keeps_a_harmless_name(sent: str, kept: str) -> None:
    assert file_name(sent) == kept

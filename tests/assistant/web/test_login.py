"""Logging in with name and password, on a real server, as a browser and as a script do it."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect, sync_playwright

from assistant.web.login import PasswordDoor, user_of
from assistant.web.metrics import Metrics
from assistant.web.refusal import Refusals
from assistant.web.sessions import COOKIE, safe_next, session_secret
from assistant.web.users import Users, add_user
from assistant.web.wiring import Access, Guard, protect
from corpus.errors import StoreError

Serve = Callable[..., str]
PASSWORD = "vier woorden op een rij"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Site:
    """A guarded application with two users, and what was counted."""

    def __init__(self, serve: Serve, folder: Path, path: str = "", hours: float = 12) -> None:
        self.users = folder / "users"
        add_user(self.users, "anna", "user", PASSWORD)
        add_user(self.users, "bert", "maintainer", PASSWORD)
        self.clock, self.metrics, self.reached = Clock(), Metrics(), 0
        self.secret = session_secret(folder / "session.key")
        refusals = Refusals(count=self.metrics.refused)
        door = PasswordDoor(Users(self.users), refusals, attempts=3, pause=600, clock=self.clock)
        app = FastAPI(openapi_url=None)

        @app.get("/healthz")
        def healthz() -> dict[str, str]:
            return {}

        @app.api_route("/{page:path}", methods=["GET", "POST"])
        def page(request: Request) -> HTMLResponse:
            self.reached += 1
            user = user_of(request.scope)
            return HTMLResponse(f"<h1>{user.name if user else None} {user.is_maintainer if user else None}</h1>")

        protect(app, Guard(self.metrics, refusals, access=Access(door, self.secret, hours, path)))
        self.address = serve(app, root_path=path, proxy_headers=True, forwarded_allow_ips="127.0.0.1")
        self.path = path

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={**BROWSER, **headers}, follow_redirects=False)


@pytest.fixture
def site(serve: Serve, tmp_path: Path) -> Site:
    return Site(serve, tmp_path)


def form(client: httpx.Client, following: str = "/") -> dict[str, str]:
    page = client.get("/login", params={"next": following})
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in fields}


def log_in(
    client: httpx.Client, name: str = "anna", password: str = PASSWORD, following: str = "/", **more: str
) -> httpx.Response:
    return client.post("/login", data={**form(client, following), "name": name, "password": password, **more})


def test_nobody_gets_in_without_logging_in(site: Site) -> None:
    with site.client() as client:
        page = client.get("/?unit=actie-3&x=1")
        assert page.status_code == 303
        assert parse_qs(urlsplit(page.headers["location"]).query)["next"] == ["/?unit=actie-3&x=1"]
        for path in ("/login/", "/healthz/", "/metrics/", "//healthz", "/login/x", "/healthz/../x", "/loginx"):
            assert client.get(path).status_code == 303, path
    with site.client(Accept="*/*") as client:
        refused = client.post("/gradio_api/queue/join", json={})
        assert refused.status_code == 401
        assert refused.json()["code"] == "not_logged_in" and "ingelogd" in refused.json()["detail"]
        assert client.get("/config").status_code == 401
        assert client.get("/metrics").status_code == 403
        assert client.get("/healthz").status_code == 200
    assert site.reached == 0


def test_logging_in_leads_to_the_page_that_was_wanted(site: Site) -> None:
    with site.client() as client:
        entered = log_in(client, following="/?unit=actie-3")
        assert (entered.status_code, entered.headers["location"]) == (303, "/?unit=actie-3")
        assert "anna False" in client.get("/").text
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie and "max-age=43200" in cookie
        assert client.get("/metrics").status_code == 403
    with site.client() as client:
        log_in(client, "bert")
        assert "bert True" in client.get("/").text
        assert client.get("/metrics").status_code == 200


def test_by_https_the_cookie_is_secure(site: Site) -> None:
    with site.client(**{"X-Forwarded-Proto": "https"}) as client:
        page = client.get("/login")
        assert "; secure" in page.headers["set-cookie"].lower()


def test_under_a_sub_path(serve: Serve, tmp_path: Path) -> None:
    site = Site(serve, tmp_path, "/wegwijzer")
    with site.client() as client:  # as a proxy does that takes the sub-path off
        page = client.get("/?unit=x")
        assert page.headers["location"] == "/wegwijzer/login?next=%2Fwegwijzer%2F%3Funit%3Dx"
        shown = client.get("/login", params={"next": "/wegwijzer/?unit=x"})
        assert 'action="/wegwijzer/login"' in shown.text
        assert "path=/wegwijzer;" in shown.headers["set-cookie"].lower()
        client.cookies.set(COOKIE, shown.headers["set-cookie"].split("=", 1)[1].split(";")[0], path="/")
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.text))
        entered = client.post("/login", data={**fields, "name": "anna", "password": PASSWORD})
        assert entered.headers["location"] == "/wegwijzer/?unit=x"


def test_a_wrong_password_says_so_and_keeps_the_name(site: Site) -> None:
    with site.client() as client:
        for name in ("anna", "nobody"):
            failed = log_in(client, name, "fout", following="/?unit=x")
            assert failed.status_code == 403
            assert 'role="alert"' in failed.text and "klopt niet" in failed.text
            assert f'value="{name}"' in failed.text and 'value="/?unit=x"' in failed.text and "fout" not in failed.text
        assert client.get("/").status_code == 303
    assert b'wegwijzer_refused_total{reason="login_failed"} 2.0' in site.metrics.text()


def test_after_repeated_failures_there_is_a_pause_for_that_name_and_address(site: Site) -> None:
    with site.client() as client:
        statuses = [log_in(client, password="fout").status_code for _ in range(4)]
        assert statuses == [403, 403, 403, 429]
        locked = log_in(client)  # the right password does not help
        assert locked.status_code == 429 and "10 minuten" in locked.text and locked.headers["retry-after"] == "600"
        assert [log_in(client, "nobody", "fout").status_code for _ in range(4)] == [403, 403, 403, 429]
        assert log_in(client, "bert").status_code == 303
    with site.client(**{"X-Forwarded-For": "198.51.100.7"}) as client:
        assert log_in(client).status_code == 303  # anna at her own desk is not locked out by somebody else
    site.clock.now += 601
    with site.client() as client:
        assert log_in(client).status_code == 303


def test_guessing_many_names_or_from_many_addresses_meets_a_pause(site: Site) -> None:
    with site.client() as client:
        fields = form(client)
        guesses = [
            client.post("/login", data={**fields, "name": f"name{number}", "password": "fout"}).status_code
            for number in range(31)
        ]
        assert guesses == [403] * 30 + [429]
        elsewhere = [
            client.post(
                "/login",
                data={**fields, "name": "anna", "password": "fout"},
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            ).status_code
            for number in range(31)
        ]
        assert elsewhere == [403] * 30 + [429]


def test_a_form_from_elsewhere_is_refused(site: Site) -> None:
    with site.client() as client:
        for token in ("", "?", "wrong", "é"):
            refused = client.post("/login", data={"name": "anna", "password": PASSWORD, "token": token})
            assert refused.status_code == 400
        assert log_in(client, token="wrong").status_code == 400
        assert client.post("/login", content=b"\xff\xff" + b"&a=" * 100).status_code == 400
        assert client.get("/").status_code == 303


def test_the_session_is_a_new_one_after_logging_in(site: Site) -> None:
    with site.client() as client:
        client.get("/login")
        before = client.cookies[COOKIE]
        log_in(client)
        after = client.cookies[COOKIE]
        assert json.loads(b64decode(after.split(".")[0] + "==")).keys() == {"id", "door", "name", "role", "mark"}
        client.cookies.set(COOKIE, before)
        assert client.get("/").status_code == 303


def test_logging_out_ends_the_session_also_for_a_copy_of_the_cookie(site: Site) -> None:
    with site.client() as client:
        log_in(client)
        copy = client.cookies[COOKIE]
        assert "anna" in client.get("/logout").text
        assert "anna False" in client.get("/").text  # a link alone does not log out
        left = client.post("/logout")
        assert left.status_code == 200 and "U bent uitgelogd" in left.text
        assert client.get("/").status_code == 303
    with site.client() as client:
        client.cookies.set(COOKIE, copy)
        assert client.get("/").status_code == 303
        assert client.get("/logout").status_code == 303


def test_a_changed_password_or_a_removed_line_ends_the_session(site: Site) -> None:
    with site.client() as anna, site.client() as bert:
        log_in(anna)
        log_in(bert, "bert")
        add_user(site.users, "anna", "user", "een heel ander wachtwoord")
        assert anna.get("/").status_code == 303
        assert "bert True" in bert.get("/").text
        add_user(site.users, "anna", "user", PASSWORD)
        lines = site.users.read_text(encoding="utf-8").splitlines()
        site.users.write_text("\n".join(line for line in lines if not line.startswith("bert")), encoding="utf-8")
        assert bert.get("/").status_code == 303


def test_a_session_ends_by_itself(serve: Serve, tmp_path: Path) -> None:
    import time

    site = Site(serve, tmp_path, hours=2 / 3600)
    with site.client() as client:
        log_in(client)
        kept = client.cookies[COOKIE]
        assert "anna" in client.get("/").text
        time.sleep(3.1)
        client.cookies.set(COOKIE, kept)
        assert client.get("/").status_code == 303


def test_a_forged_cookie_opens_nothing(site: Site) -> None:
    import itsdangerous

    payload = b64encode(json.dumps({"door": "password", "name": "bert", "role": "maintainer"}).encode())
    forged = itsdangerous.TimestampSigner("another secret").sign(payload).decode()
    # Signed with the right secret, but without the mark that only the users file gives.
    unmarked = itsdangerous.TimestampSigner(site.secret).sign(payload).decode()
    with site.client() as client:
        for cookie in (forged, unmarked, payload.decode(), "null", ""):
            client.cookies.set(COOKIE, cookie)
            assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    ["https://example.org/", "//example.org/", "/\\example.org", "\\\\example.org", "/\t/example.org", "javascript:alert(1)",
     "///x", "/a/../../x", "/\n", "http:///x", "//[", "x" * 3000, "", "example.org"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(wanted: str, site: Site) -> None:
    with site.client() as client:
        assert log_in(client, next=wanted).headers["location"] == "/"


@given(st.text(alphabet="/\\:.@?#%\t ax", max_size=12))
def test_the_way_after_logging_in_stays_in_the_application(wanted: str) -> None:
    from urllib.parse import urljoin

    for root in ("", "/wegwijzer"):
        found = safe_next(wanted, {"root_path": root})
        address = urlsplit(urljoin(f"https://intranet.example{root}/login", found))
        assert (address.scheme, address.netloc) == ("https", "intranet.example")
        assert address.path.startswith(f"{root}/")


def test_markup_in_a_name_stays_text(site: Site) -> None:
    with site.client() as client:
        page = log_in(client, '"><script>alert(1)</script>', "fout", following='/?"><b>').text
        assert "<script>" not in page and "<b>" not in page
        assert "&lt;script&gt;" in page


def test_the_page_speaks_the_language_of_the_browser_and_of_the_switch(site: Site) -> None:
    with site.client(**{"Accept-Language": "en"}) as client:
        assert '<html lang="en">' in client.get("/login").text
        assert '<html lang="nl">' in client.get("/login?lang=nl").text
        assert "is not right" in log_in(client, password="fout").text
    with site.client(**{"Accept-Language": "fr"}) as client:
        assert '<html lang="nl">' in client.get("/login").text
        failed = log_in(client, password="fout", lang="en")
        assert "is not right" in failed.text  # the language of the form


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "session.key"
    secret = session_secret(file)
    assert len(secret) >= 64 and session_secret(file) == secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["session.key"]
    file.write_text("short")
    with pytest.raises(StoreError) as error:
        session_secret(file)
    assert error.value.code == "secret-short"
    with pytest.raises(StoreError) as error:
        session_secret(tmp_path)
    assert error.value.code == "secret-unreadable"


@pytest.fixture
def page(site: Site) -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 320, "height": 640}, color_scheme="dark", locale="nl-NL")
        page.goto(f"{site.address}/?unit=x")
        yield page
        browser.close()


def test_with_the_keyboard_in_a_narrow_window(page: Any) -> None:
    expect(page).to_have_title("Inloggen – Wegwijzer")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Gebruikersnaam")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("fout")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("klopt niet")
    expect(page.get_by_label("Gebruikersnaam")).to_have_value("anna")
    expect(page.get_by_label("Wachtwoord")).to_have_attribute("aria-describedby", "problem")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Log in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("anna False")
    assert page.url.endswith("/?unit=x")
    page.goto(page.url.replace("/?unit=x", "/logout"))
    page.get_by_role("button", name="Log uit").click()
    expect(page.locator("h1")).to_have_text("U bent uitgelogd")
    page.get_by_role("link", name="Log opnieuw in").click()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_label("Password")).to_be_visible()

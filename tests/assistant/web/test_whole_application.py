"""The pieces around the real chat page, in Chromium: behind a proxy that serves it under a sub-path, with login and limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.app import create_app
from assistant.web.users import add_user

Serve = Callable[..., str]
PASSWORD = "vier woorden op een rij"
PATH = "/wegwijzer"
QUESTION = "Wat registreert Veilig Thuis nu niet?"


def reverse_proxy(target: str) -> FastAPI:
    """What nginx does with ``location /wegwijzer/ { proxy_pass http://…/; }``: takes the sub-path off, passes the rest on."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=target, timeout=60) as client:
            app.state.client = client
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.api_route(PATH + "/{rest:path}", methods=["GET", "POST", "HEAD"])
    async def passed_on(rest: str, request: Request) -> StreamingResponse:
        client: httpx.AsyncClient = request.app.state.client
        headers = [(name, value) for name, value in request.headers.raw if name != b"connection"]
        headers += [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-proto", b"http")]
        url = f"/{rest}" + (f"?{request.url.query}" if request.url.query else "")
        sent = client.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await client.send(sent, stream=True)
        response = StreamingResponse(answer.aiter_raw(), answer.status_code)
        response.raw_headers = answer.headers.raw
        return response

    return app


@pytest.fixture
def site(serve: Serve, assistant: Assistant, settings: Settings, tmp_path: Path) -> str:
    """Address of the chat behind a proxy, for two questions a minute."""
    add_user(tmp_path / "users", "anna", "user", PASSWORD)
    set_so = {"users_file": tmp_path / "users", "root_path": PATH, "questions_per_minute_per_session": 2}
    app = create_app(assistant, settings.model_copy(update=set_so))
    inner = serve(app, root_path=PATH, proxy_headers=True, forwarded_allow_ips="127.0.0.1", timeout_graceful_shutdown=2)
    return serve(reverse_proxy(inner), timeout_graceful_shutdown=2) + PATH


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(locale="nl-NL")
        browser.close()


def test_log_in_ask_and_be_asked_to_wait(page: Page, site: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{site}/")
    page.get_by_label("Gebruikersnaam").fill("anna")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    question = page.get_by_label("Uw vraag")
    expect(question).to_be_visible(timeout=20_000)
    for number in range(2):
        question.fill(QUESTION)
        question.press("Enter")
        expect(page.locator(f"#bewijs-{number + 1}-1")).to_be_visible()
    question.fill("Wat is gender?")
    question.press("Enter")
    expect(page.get_by_text("U stelt veel vragen kort na elkaar.").first).to_be_visible()
    # The session ends while the page is open.
    page.context.clear_cookies()
    question.fill("Wat is gender?")
    question.press("Enter")
    expect(page.get_by_text("U bent niet (meer) ingelogd.").first).to_be_visible()
    assert all(url.startswith((f"{site}/", "data:", "blob:")) for url in requests)


def test_without_a_session_no_question_reaches_the_assistant(site: str) -> None:
    body = {"data": [QUESTION], "fn_index": 0, "session_hash": "s"}
    for path in ("queue/join", "run/predict", "api/predict", "call/respond", "call/v2/respond"):
        assert httpx.post(f"{site}/gradio_api/{path}", json=body).status_code == 401
    assert httpx.get(f"{site}/gradio_api/queue/data", params={"session_hash": "s"}).status_code == 401
    assert httpx.post(f"{site}/gradio_api/queue/join", content=b"x" * 20_000_000).status_code == 413

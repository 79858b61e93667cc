"""The real page in a real browser: ask, read, click a marker, see the quote; nothing leaves the machine."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.feedback import FeedbackStore
from assistant.settings import Settings


def ask(page: Page, question: str) -> None:
    page.get_by_label("Uw vraag").fill(question)
    page.get_by_role("button", name="Stel de vraag").click()


def test_asking_reading_and_clicking_a_marker(page: Page) -> None:
    ask(page, "Wat registreert Veilig Thuis nu niet?")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("Antwoord uit de handreiking")
    expect(chat).to_contain_text(
        "Op dit moment registreert Veilig Thuis ‘betrokkenen’, geen plegers of slachtoffers. (stand 2021)"
    )
    chat.get_by_role("link", name="[1]").first.click()
    quote = page.locator("mark#bewijs-1-1")
    expect(quote).to_contain_text("Op dit moment registreert Veilig Thuis")
    expect(quote).to_be_in_viewport()
    expect(quote).to_be_focused()
    entry = page.locator(".evidence-entry.chosen")
    expect(entry).to_contain_text("Actiepunt 2 – Verzamel genderspecifieke data (p. 9, 2021)")
    assert len(entry.locator(".evidence-text").inner_text()) > 2500  # the whole unit around the quote
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.documentElement.lang") == "nl"


def test_on_the_english_page_dutch_quotes_are_marked_as_dutch(page: Page, address: str) -> None:
    page.goto(f"{address}/en/")
    page.get_by_label("Your question").fill("Which source belongs to footnote 7?")
    page.get_by_role("button", name="Ask the question").click()
    expect(page.locator("#chat [data-testid=bot] [lang=nl]").first).to_contain_text("Majone Steketee")


def test_footnotes_lead_to_their_sources(page: Page) -> None:
    ask(page, "Zijn vrouwen tevreden over de afhandeling van hun melding? Zie actiepunt 5")
    note = page.locator(".evidence-note").first
    expect(note).to_contain_text("Majone Steketee")
    link = note.get_by_role("link")
    assert str(link.get_attribute("href")).startswith("https://www.verwey-jonker.nl/")
    assert link.get_attribute("target") == "_blank" and "noopener" in str(link.get_attribute("rel"))


def test_two_turns_keep_their_evidence_apart(page: Page) -> None:
    ask(page, "Welke bron hoort bij voetnoot 7?")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    ask(page, "Wat staat er in de checklist over evaluatie?")
    expect(page.locator("#bewijs-2-1")).to_be_visible()
    page.locator("#chat").get_by_role("link", name="[1]").first.click()
    expect(page.locator("#bewijs-1-1")).to_be_focused()


def test_a_starter_question_is_answered(page: Page) -> None:
    page.wait_for_timeout(1500)  # other questions each time, once the page has loaded
    starter = page.locator("button.starter:visible").last
    question = starter.inner_text()
    starter.click()
    expect(page.locator("#chat")).to_contain_text(question)
    expect(page.locator(".evidence-entry").first).to_be_visible()


def test_enter_asks(page: Page) -> None:
    page.get_by_label("Uw vraag").fill("Wat is gender?")
    page.get_by_label("Uw vraag").press("Enter")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    expect(page.get_by_label("Uw vraag")).to_have_value("")


def test_an_empty_question_gets_a_message(page: Page) -> None:
    ask(page, "   ")
    expect(page.locator("#chat")).to_contain_text("De vraag is leeg.")


def test_markup_in_a_question_stays_text(page: Page) -> None:
    attack = 'hallo <img src="https://example.org/x.png" onerror="document.title=1"> ![x](https://example.org/y.png) **vet**'
    ask(page, attack)
    expect(page.locator("#chat")).to_contain_text("![x](https://example.org/y.png) **vet**")
    assert page.locator("#chat img[src*='example.org']").count() == 0
    assert page.title() == "Wegwijzer"


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    ask(page, "Wat is gender?")
    expect(page.locator(".evidence-entry").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 at 400 %
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/proxy=http://example.org", "/monitoring/summary", "/gradio_api/file=/etc/passwd"]
)
def test_doors_that_stay_closed(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(address + path)
    assert error.value.code == 404


def test_related_questions_lead_on(page: Page) -> None:
    ask(page, "Waarom melden vrouwen geweld niet snel?")
    expect(page.get_by_role("heading", name="Verwante vragen")).to_be_visible()
    related = page.locator("#related button.starter:visible").first
    question = related.inner_text()
    related.click()
    expect(page.locator("#bewijs-2-1")).to_be_visible()
    expect(page.locator("#chat")).to_contain_text(question)


def test_the_answer_is_announced_once(page: Page) -> None:
    page.evaluate(
        """() => {
            window.said = [];
            const hear = () => {
                const text = document.querySelector('#voice')?.textContent;
                if (text && text !== window.said.at(-1)) window.said.push(text);
            };
            new MutationObserver(hear).observe(document.body, {childList: true, subtree: true, characterData: true});
        }"""
    )
    ask(page, "Wat is gender?")
    expect(page.locator("#voice")).to_contain_text("Het antwoord staat er")
    time.sleep(1)
    assert len(page.evaluate("window.said")) == 1
    assert page.locator('#chat [aria-live]:not([aria-live="off"])').count() == 0


def test_copy_with_citation(page: Page) -> None:
    ask(page, "Welke bron hoort bij voetnoot 7?")
    expect(page.locator("#voice")).to_contain_text("Het antwoord staat er")
    page.locator("button.copy").first.click()
    expect(page.locator("#voice")).to_have_text("Gekopieerd")
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in ("Kwestie van lange adem", "Voetnoot 7 (p. 12, 2021)", "College voor de Rechten van de Mens", "AI-systeem"):
        assert part in copied


@pytest.mark.parametrize(
    ("name", "ending", "begins"), [("Markdown", "md", b"#"), ("Word", "docx", b"PK"), ("PDF", "pdf", b"%PDF")]
)
def test_a_conversation_is_kept_as_a_file(page: Page, name: str, ending: str, begins: bytes) -> None:
    ask(page, "Wat is gender?")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    assert download.value.suggested_filename == f"wegwijzer.{ending}"
    assert Path(download.value.path()).read_bytes().startswith(begins)


def test_personal_data_is_masked_and_the_person_is_told(page: Page) -> None:
    ask(page, "Mijn cliënt Fatima Bouzid, tel. 06-12345678: wat zegt actiepunt 5 over melden?")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("Persoonlijke gegevens in uw vraag zijn weggelaten")
    expect(chat).to_contain_text("‹naam›")
    assert "Bouzid" not in page.content() and "12345678" not in page.content()


def test_danger_comes_first_and_is_never_kept(page: Page) -> None:
    page.get_by_label("Bewaar mijn vragen in deze browser").check()
    ask(page, "mijn man slaat me en ik durf niet naar huis")
    chat = page.locator("#chat")
    expect(chat).to_contain_text("112")
    expect(chat).to_contain_text("0800-2000")
    time.sleep(0.5)
    assert json.loads(page.evaluate("localStorage.getItem('wegwijzer')")) == []


def test_conversations_in_this_browser(page: Page) -> None:
    ask(page, "Wat is gender?")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    page.get_by_label("Bewaar mijn vragen in deze browser").check()
    ask(page, "En waarom is dat belangrijk?")
    expect(page.locator("#bewijs-2-1")).to_be_visible()
    row = page.locator("#history-box li")
    expect(row).to_contain_text("Wat is gender?")
    page.once("dialog", lambda dialog: dialog.accept("Mijn gesprek"))
    row.get_by_role("button", name="Hernoem").click()
    expect(row).to_contain_text("Mijn gesprek")
    page.get_by_role("button", name="Nieuw gesprek").click()
    expect(page.locator("#bewijs-1-1")).to_have_count(0)
    row.get_by_role("button", name="Open").click()
    expect(page.locator("#bewijs-2-1")).to_be_visible()
    row.get_by_role("button", name="Verwijder").click()
    expect(row).to_have_count(0)
    page.get_by_label("Bewaar mijn vragen in deze browser").uncheck()
    assert page.evaluate("localStorage.length") == 0


def test_leaving_quickly(page: Page, settings: Settings, requests: list[str]) -> None:
    page.route(settings.exit_url, lambda route: route.fulfill(body="elders", content_type="text/plain"))
    ask(page, "Wat is gender?")
    page.get_by_role("button", name="Snel weg").click()
    page.wait_for_url(settings.exit_url)
    requests.clear()  # the only way out that is allowed


def test_an_opinion_is_kept_masked(page: Page, settings: Settings) -> None:
    ask(page, "Wat is gender?")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    page.get_by_label("Toelichting").fill("Gezien door mevrouw Jansen")
    page.get_by_role("button", name="Vindplaats klopt niet").click()
    expect(page.locator("#thanks")).to_contain_text("Bedankt")
    kept = FeedbackStore(settings.data.feedback).all()[-1]
    assert (kept.verdict, kept.question, kept.comment) == ("wrong_citation", "Wat is gender?", "Gezien door mevrouw ‹naam›")


def test_two_browsers_never_see_each_others_turns(browser: Browser, address: str, page: Page) -> None:
    ask(page, "Wat is de Carrouselgroep?")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    other = browser.new_context()
    second = other.new_page()
    second.goto(address)
    expect(second.get_by_label("Uw vraag")).to_be_visible(timeout=20_000)
    assert "Carrouselgroep is een voorbeeld" not in second.content()
    ask(second, "En voor wie is dat?")
    expect(second.locator("#chat")).not_to_contain_text("Carrouselgroep is een voorbeeld")
    other.close()


def test_the_english_page(page: Page, address: str) -> None:
    page.get_by_role("link", name="English").click()
    expect(page.get_by_label("Your question")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_label("Your question").fill("What does Veilig Thuis not register?")
    page.get_by_role("button", name="Ask the question").click()
    entry = page.locator(".evidence-entry").first
    expect(entry).to_contain_text("Action point 2")
    assert entry.locator("blockquote").get_attribute("lang") == "nl"


def test_headers(address: str) -> None:
    with urllib.request.urlopen(address) as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    with urllib.request.urlopen(address + "/healthz") as response:
        assert response.read() == b'{"status":"ok"}'

"""Downloads from a real server with real faults: what comes whole, what is gone on with, what is refused and why."""

from __future__ import annotations

import gzip
import hashlib
import socket
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import fetch, wire
from corpus.errors import FetchError
from corpus.fetch import download
from corpus.links import check_received
from corpus.part import Validators
from corpus.robots import Robots
from tests.corpus.web import Page, Site, bomb, etag, html, running

BODY = bytes(range(256)) * 400
LONG = " ".join(["Een sloot die elk jaar wordt geschoond, houdt haar diepte en haar leven."] * 8)


@pytest.fixture
def site() -> Iterator[Site]:
    with running(Site()) as site:
        yield site


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further tries come at once; everything else about them is as it is."""
    monkeypatch.setattr(fetch, "_PAUSE", 0.01)


def failing(site: Site, path: str, target: Path, **limits: float) -> str:
    with pytest.raises(FetchError) as caught:
        download(site.address + path, target, **limits)  # type: ignore[arg-type]
    assert not target.exists() and caught.value.hint
    return caught.value.code


def test_a_file_comes_whole_through_redirects(site: Site, tmp_path: Path) -> None:
    for hop in range(5):
        site.pages[f"/{hop}"] = Page(status=302, location=f"/{hop + 1}")
    site.pages["/5"] = Page(BODY, "Application/PDF; name=x", etag='"a"')
    got = download(f"{site.address}/0#p3", tmp_path / "file")
    assert got.file.read_bytes() == BODY and got.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (got.url, got.kind, got.validators.etag) == (f"{site.address}/5", "application/pdf", '"a"')
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert "Wegwijzer/" in site.asked[0][1]["user-agent"]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(status=404), "fetch-not-found"),
        (Page(status=410), "fetch-not-found"),
        (Page(status=403), "fetch-forbidden"),
        (Page(status=418), "fetch-status"),
        (Page(status=301, location="/page"), "fetch-redirects"),
        (Page(status=301, location="file:///etc/passwd"), "fetch-address"),
        (Page(status=301, location="ftp://127.0.0.1/x"), "fetch-address"),
        (Page(b"xx", encoding="br"), "fetch-encoding"),
        (Page(b"no gzip", encoding="gzip"), "fetch-encoding"),
    ],
)
def test_what_is_refused(site: Site, tmp_path: Path, page: Page, code: str) -> None:
    site.pages["/page"] = page
    assert failing(site, "/page", tmp_path / "file") == code


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "example", "http://", "javascript:1", "http://[1"])
def test_only_web_addresses(tmp_path: Path, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        download(url, tmp_path / "file")
    assert caught.value.code == "fetch-address"


def test_a_dead_host_and_no_encryption(site: Site, tmp_path: Path) -> None:
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    closed = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    for url, code in ((closed, "fetch-host"), (site.address.replace("http:", "https:"), "fetch-tls")):
        with pytest.raises(FetchError) as caught:
            download(url, tmp_path / "file", timeout=5)
        assert caught.value.code == code
    probe.close()


def test_a_cut_connection_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    site.pages["/cut"] = Page(BODY, etag=etag(BODY), cut=[40_000, 30_000])
    assert download(f"{site.address}/cut", tmp_path / "file").file.read_bytes() == BODY
    assert [headers.get("range") for _, headers in site.asked] == [None, "bytes=40000-", "bytes=70000-"]


def test_a_later_run_goes_on_where_an_earlier_one_was_stopped(site: Site, tmp_path: Path) -> None:
    site.pages["/cut"] = Page(BODY, etag=etag(BODY), cut=[9_000, 0, 0, 0])
    assert failing(site, "/cut", tmp_path / "file") == "fetch-cut"
    assert download(f"{site.address}/cut", tmp_path / "file").file.read_bytes() == BODY
    assert site.asked[-1][1]["range"] == "bytes=9000-"


def test_another_file_or_a_server_without_ranges_begins_anew(site: Site, tmp_path: Path) -> None:
    site.pages["/cut"] = Page(BODY, etag='"old"', cut=[9_000, 0, 0, 0])
    assert failing(site, "/cut", tmp_path / "file") == "fetch-cut"
    site.pages["/cut"] = Page(BODY[::-1], etag='"new"')
    assert download(f"{site.address}/cut", tmp_path / "file").file.read_bytes() == BODY[::-1]
    site.pages["/plain"] = Page(BODY, etag='"x"', cut=[100, 200], ranges=False)
    assert download(f"{site.address}/plain", tmp_path / "other").file.read_bytes() == BODY


def test_a_part_longer_than_the_file_is_dropped(site: Site, tmp_path: Path) -> None:
    site.pages["/cut"] = Page(BODY, etag='"a"', cut=[9_000, 0, 0, 0])
    failing(site, "/cut", tmp_path / "file")
    site.pages["/cut"] = Page(BODY, etag='"a"', failures=[416])
    assert download(f"{site.address}/cut", tmp_path / "file").file.read_bytes() == BODY


def test_a_server_that_is_out_of_order_for_a_moment(site: Site, tmp_path: Path) -> None:
    site.pages["/later"] = Page(BODY, failures=[500, 503])
    assert download(f"{site.address}/later", tmp_path / "file").file.read_bytes() == BODY
    site.pages["/never"] = Page(BODY, failures=[500] * 9)
    assert failing(site, "/never", tmp_path / "other", timeout=2) == "fetch-status"


def test_slow_servers_end_at_the_limit(site: Site, tmp_path: Path) -> None:
    site.pages["/drip"] = Page(BODY, drip=0.05)
    begun = time.monotonic()
    assert failing(site, "/drip", tmp_path / "file", timeout=1) == "fetch-time"
    assert time.monotonic() - begun < 3


def test_slow_headers_end_at_the_limit(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    begun = time.monotonic()
    with pytest.raises(FetchError) as caught:
        download(f"http://127.0.0.1:{listening.getsockname()[1]}/", tmp_path / "file", timeout=1)
    assert caught.value.code == "fetch-time" and time.monotonic() - begun < 3
    listening.close()


@pytest.mark.parametrize("page", [Page(BODY * 30), Page(BODY, endless=True), Page(bomb(300_000_000), encoding="gzip")])
def test_what_is_too_large_costs_neither_disk_nor_memory(site: Site, tmp_path: Path, page: Page) -> None:
    site.pages["/large"] = page
    tracemalloc.start()
    assert failing(site, "/large", tmp_path / "file", largest=2_000_000) == "fetch-large"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(tmp_path.iterdir()) == [] and peak < 20_000_000


def test_what_is_compressed_is_kept_as_it_was_before(site: Site, tmp_path: Path) -> None:
    site.pages["/packed"] = Page(gzip.compress(BODY), encoding="gzip", etag='"a"')
    assert download(f"{site.address}/packed", tmp_path / "file").file.read_bytes() == BODY


def test_an_unchanged_file_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    site.pages["/file"] = Page(BODY, etag=etag(BODY))
    first = download(f"{site.address}/file", tmp_path / "file")
    again = download(f"{site.address}/file", tmp_path / "other", since=first.validators)
    assert again.unchanged and not (tmp_path / "other").exists()
    site.pages["/file"] = Page(BODY[::-1], etag=etag(BODY[::-1]))
    changed = download(f"{site.address}/file", tmp_path / "other", since=Validators(first.validators.etag))
    assert not changed.unchanged and changed.sha256 != first.sha256


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:4700::1", True), ("10.1.2.3", False), ("192.168.1.1", False), ("169.254.169.254", False),
     ("127.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False),
     ("2002:a00:1::", False), ("0.0.0.0", False), ("224.0.0.1", False)],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert wire.is_public(address) == public


def test_a_public_page_leads_nobody_into_a_private_network(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two addresses of this machine play the public and the private one; nothing else is pretended."""
    monkeypatch.setattr(wire, "is_public", lambda address: address == "127.0.0.1")
    with running(Site(), "127.0.0.2") as private:
        private.pages["/secret"] = Page(b"secret")
        site.pages["/page"] = Page(status=302, location=f"{private.address}/secret")
        with pytest.raises(FetchError) as caught:
            download(f"{site.address}/page", tmp_path / "file", allowed=Robots().check)
        assert caught.value.code == "fetch-private" and private.asked == []


def test_robots_are_asked_once_and_obeyed(site: Site, tmp_path: Path) -> None:
    site.pages |= {"/open.pdf": Page(BODY), "/shut/a.pdf": Page(BODY), "/away": Page(status=302, location="/shut/a.pdf")}
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /shut/*.pdf$\n\nUser-agent: other\nDisallow: /", "text/plain")
    robots = Robots()
    robots.check(f"{site.address}/open.pdf")
    for path in ("/shut/a.pdf", "/away"):
        with pytest.raises(FetchError) as caught:
            robots.check(site.address + path)
            download(site.address + path, tmp_path / "file", allowed=robots.check)
        assert caught.value.code == "fetch-robots"
    assert [path for path, _ in site.asked].count("/robots.txt") == 1 and "/shut/a.pdf" not in site.paths()


@pytest.mark.parametrize(("status", "fetched"), [(404, True), (403, True), (500, False)])
def test_sites_without_robots_forbid_nothing_and_broken_ones_everything(site: Site, status: int, fetched: bool) -> None:
    site.pages["/robots.txt"] = Page(status=status)
    try:
        Robots().check(f"{site.address}/x")
        allowed = True
    except FetchError as error:
        allowed = False
        assert error.code == "fetch-status"
    assert allowed == fetched


@pytest.mark.parametrize(
    ("asked", "url", "body", "kind", "code"),
    [
        ("/bron", "/bron", html("Pagina niet gevonden | Movisie", LONG), "text/html", "fetch-soft"),
        ("/bron", "/bron", html("Movisie", LONG, heading="Oeps! Deze pagina bestaat niet meer."), "text/html", "fetch-soft"),
        ("/bron", "/bron", html("Sorry, we couldn’t find that page", LONG), "text/html", "fetch-soft"),
        ("/a/bron", "/", html("Movisie", LONG), "text/html", "fetch-front"),
        ("/a/bron", "/nl/", html("Movisie", LONG), "text/html", "fetch-front"),
        ("/bron", "/bron", html("Bron", "Even geduld."), "text/html", "fetch-empty"),
        ("/bron", "/bron", b"", "text/html", "fetch-empty"),
        ("/bron.pdf", "/bron.pdf", html("Aanmelden", LONG), "application/pdf", "fetch-kind"),
        ("/bron.pdf", "/bron.pdf", b"%PDF-1.7 ...", "text/html", None),
        ("/bron", "/bron", html("Wat de rechter niet vond", LONG), "text/html", None),
        ("/", "/nl", html("Voorpagina", LONG), "text/html", None),
    ],
)
def test_pages_that_are_not_the_source(tmp_path: Path, asked: str, url: str, body: bytes, kind: str, code: str | None) -> None:
    (tmp_path / "file").write_bytes(body)
    found = None
    try:
        check_received(f"https://example.org{asked}", f"https://example.org{url}", tmp_path / "file", kind)
    except FetchError as error:
        found = error.code
    assert found == code

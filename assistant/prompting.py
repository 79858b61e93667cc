"""Prompts: files in ``prompts/`` with a checked header, two messages and a hash.

A file begins with a header between lines of three hyphens (name, language, purpose, variables); the text to the system and the
text in the person's place follow, with such a line between them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from corpus.errors import StoreError

_RULE = re.compile(r"^---\n", re.MULTILINE)
_HEADER = ("name", "language", "purpose", "variables")
_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt.

    Attributes:
        variables: names that stand in its texts between braces; each must be given.
        system, human: the two messages.
        hash: twelve signs that change with the file.
    """

    name: str
    language: str
    purpose: str
    variables: frozenset[str]
    system: str
    human: str
    hash: str

    def messages(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Both messages, filled in once: braces in a value stay as they are.

        Raises:
            KeyError: a variable is missing (a programming mistake).
        """
        return [(role, _VARIABLE.sub(lambda match: values[match[1]], text)) for role, text in self._texts()]

    def _texts(self) -> list[tuple[str, str]]:
        return [("system", self.system), ("human", self.human)]


@cache
def load_prompt(name: str, language: str) -> Prompt:
    """The prompt ``prompts/<name>.<language>.md``.

    Raises:
        StoreError: the file is missing, or is not what its header says.
    """
    file = f"{name}.{language}.md"
    try:
        text = (files("prompts") / file).read_text(encoding="utf-8")
    except OSError as error:
        raise StoreError("file-unreadable", file=f"prompts/{file}", reason=error.strerror or error) from error
    prompt = read_prompt(text, file)
    if (prompt.name, prompt.language) != (name, language):
        raise StoreError("prompt-malformed", file=file, reason=f"{prompt.name}.{prompt.language}")
    return prompt


def read_prompt(text: str, file: str) -> Prompt:
    """A prompt from its text; ``file`` names it in errors (raises StoreError)."""
    parts = _RULE.split(text)
    if len(parts) != 4 or parts[0]:
        raise StoreError("prompt-malformed", file=file, reason="--- × 3")
    header = dict(re.findall(r"^(\w+): (.+)$", parts[1], re.MULTILINE))
    if missing := [key for key in _HEADER if key not in header]:
        raise StoreError("prompt-malformed", file=file, reason=", ".join(missing))
    system, human = parts[2].strip(), parts[3].strip()
    declared, used = set(header["variables"].split(", ")), set(_VARIABLE.findall(f"{system}\n{human}"))
    if declared != used:
        raise StoreError("prompt-malformed", file=file, reason=", ".join(sorted(declared ^ used)))
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(header["name"], header["language"], header["purpose"], frozenset(declared), system, human, digest)

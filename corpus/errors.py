"""The one error family.

    WegwijzerError
    ├── CorpusError      a publication's files are wrong
    ├── LocatorError     a locator that does not exist
    ├── StoreError       data folder, index version, pointer or another file of the installation cannot be used
    ├── QuestionError    a question that cannot be answered (empty, too long, limited to what is not there)
    ├── BatchError       a batch file that cannot be read
    ├── ReadingError     a file to be added that cannot be read
    ├── FetchError       an address that does not give the file it promises (corpus/fetch.py, corpus/links.py)
    ├── ExportError      a file that cannot be made (assistant/export/document.py)
    ├── ModelError       a chat model that cannot be used (assistant/models.py)
    └── EvalError        cases or runs of the eval suite that cannot be used

The words people read stand in ``prompts/errors.toml`` (message and hint per code), so that they can be
translated and so that no sentence for people hides in code.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "errors.toml").read_text(encoding="utf-8"))


class WegwijzerError(Exception):
    """What went wrong and what to do about it.

    Args:
        code: a table name of ``prompts/errors.toml``.
        **values: fill the ``{names}`` in its message and hint.

    Raises:
        KeyError: the code has no text (a programming mistake; a test looks for it).
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        text = _texts()[code]
        self.message = text["message"].format(**values)
        self.hint = text["hint"].format(**values)
        super().__init__(f"{self.message} {self.hint}")


class CorpusError(WegwijzerError):
    """A publication's files are missing, malformed or contradict each other."""


class LocatorError(WegwijzerError):
    """No unit stands at this locator."""


class StoreError(WegwijzerError):
    """The data folder, an index version, the live pointer or another file of the installation cannot be used."""


class QuestionError(WegwijzerError):
    """The question itself is the trouble: empty, too long, or limited to a publication that is not there."""


class BatchError(WegwijzerError):
    """A batch file cannot be read or a line of it is broken."""


class ReadingError(WegwijzerError):
    """A file that is to become a publication cannot be read, or takes too much of this machine."""


class FetchError(WegwijzerError):
    """An address does not give the file it promises, may not be fetched, or asks too much."""


class EvalError(WegwijzerError):
    """Cases, runs or the baseline of the eval suite cannot be used."""

"""Secrets from files: passwords and keys never stand in settings themselves."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import StoreError


def read_secret(file: Path) -> str:
    """The secret in a file, without the line's end.

    Raises:
        StoreError: the file cannot be read, or is empty.
    """
    try:
        secret = file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("secret-unreadable", file=file, reason=error) from error
    if not secret:
        raise StoreError("secret-empty", file=file)
    return secret

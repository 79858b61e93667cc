"""Broken words are made whole, and only those."""

from __future__ import annotations

import pytest

from corpus.repair import Mender, clean, one_line

KNOWN = Mender(["x maatschappelijk-politiek beleid y", "de gendersensitieve aanpak van"])


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["gemeen-", "ten"], "gemeenten"),
        (["gemeen\u00ad", "ten"], "gemeenten"),
        (["reflec", "teren"], "reflecteren"),
        (["gendersensi-", "tieve aanpak"], "gendersensitieve aanpak"),
        (["maatschappelijk-", "politiek"], "maatschappelijk-politiek"),
        (["van-", "en besluitvorming"], "van- en besluitvorming"),
        (["ex-", "partner"], "ex-partner"),
        (["Amsterdam-", "Amstelland"], "Amsterdam-Amstelland"),
        (["2020-", "2024"], "2020- 2024"),
        (["vrouwen", "opvang"], "vrouwen opvang"),
        (["GNU/-", "Linux"], "GNU/Linux"),
        (["een", "huis"], "een huis"),
    ],
)
def test_lines_are_joined(lines: list[str], whole: str) -> None:
    assert KNOWN.joined(lines) == whole


def test_words_that_no_list_has_are_told() -> None:
    mender = Mender([])
    mender.joined(["gemeen-", "ten", "monitoring-", "aanpak"])
    assert mender.doubtful == ["monitoringaanpak"]


def test_characters() -> None:
    assert clean("\ufb01nancie\u0308n\u200b\u00a0en\ue000 (cid:12)") == "financiën en\ufffd \ufffd"
    assert one_line(" a\u00ad\n b\t") == "a b"
    assert clean("\ud800").encode() == "\ufffd".encode()

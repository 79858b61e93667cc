"""``publiccode.yml`` keeps the rules of its standard (https://yml.publiccode.tools) and says the same as ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
MANDATORY = [
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "categories",
    "developmentStatus",
    "softwareType",
    "description",
    "legal.license",
    "maintenance.type",
    "localisation.localisationReady",
    "localisation.availableLanguages",
]
SOFTWARE_TYPES = {f"standalone/{kind}" for kind in ("mobile", "iot", "desktop", "web", "backend", "other")}
ALLOWED = {
    "developmentStatus": {"concept", "development", "beta", "stable", "obsolete"},
    "softwareType": {*SOFTWARE_TYPES, "addon", "library", "configurationFiles"},
    "maintenance.type": {"internal", "contract", "community", "none"},
}
LANGUAGES = ("nl", "en")


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def at(record: dict[str, Any], path: str) -> Any:
    """The value at a dotted path; None where a key is missing."""
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize("path", MANDATORY)
def test_a_mandatory_key_is_filled(record: dict[str, Any], path: str) -> None:
    assert at(record, path) not in (None, "", [], {})


@pytest.mark.parametrize("path", ALLOWED)
def test_a_closed_list_is_kept(record: dict[str, Any], path: str) -> None:
    assert at(record, path) in ALLOWED[path]


def test_lists_are_lists_of_words(record: dict[str, Any]) -> None:
    for path in ("platforms", "categories", "localisation.availableLanguages"):
        values = at(record, path)
        assert isinstance(values, list)
        assert all(isinstance(value, str) and value for value in values)


def test_types_that_yaml_would_change_are_quoted(record: dict[str, Any]) -> None:
    assert isinstance(record["publiccodeYmlVersion"], str)
    assert isinstance(record["softwareVersion"], str)
    assert isinstance(record["localisation"]["localisationReady"], bool)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["releaseDate"])
    date.fromisoformat(record["releaseDate"])


def test_url_is_an_address(record: dict[str, Any]) -> None:
    assert re.fullmatch(r"https://[^\s/]+/\S+", record["url"])


def test_maintenance_names_who_is_needed_for_its_type(record: dict[str, Any]) -> None:
    maintenance = record["maintenance"]
    needed = {"internal": "contacts", "community": "contacts", "contract": "contractors"}.get(maintenance["type"])
    if needed:
        assert maintenance[needed]
        assert all(entry["name"] for entry in maintenance[needed])


@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_have_the_lengths_of_the_standard(record: dict[str, Any], language: str) -> None:
    description = record["description"][language]
    assert 0 < len(description["genericName"]) <= 35
    assert 0 < len(description["shortDescription"]) <= 150
    assert "\n" not in description["shortDescription"]
    assert 150 <= len(description["longDescription"]) <= 10_000
    assert len(description["features"]) >= 5


def test_both_languages_list_the_same_number_of_features(record: dict[str, Any]) -> None:
    assert len({len(record["description"][language]["features"]) for language in LANGUAGES}) == 1


def test_version_and_licence_are_those_of_the_project(record: dict[str, Any], project: dict[str, Any]) -> None:
    assert record["softwareVersion"] == project["version"]
    assert record["legal"]["license"] == project["license"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")

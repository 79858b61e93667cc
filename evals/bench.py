"""Times and memory of building, asking and serving, as medians over several runs, beside the stock recipe.

    python -m evals.bench [--model FOLDER] [--runs 5]

The stock recipe is a 1,000-character splitter, sentence-transformers and Chroma. It runs when a model folder is
given; without one its figures measured earlier on this kind of machine are printed, marked as such.
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
import urllib.request
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

_ASKED = 120
"""Different questions of the development half: the same one twice would find its vector kept."""
STOCK_BEFORE = {"cold question": "12.0 s", "warm question": "38 ms", "memory": "972 MB"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="folder of a sentence-transformers model for the stock recipe")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"WEGWIJZER_DATA_DIR": folder}
        first = [_first_build(environment) for _ in range(min(3, arguments.runs))]
        _line("first index build", first, 60, "s")
        _run(["index", "build"], environment)
        _line("everything embedded anew", _times(lambda: _run(["index", "build", "--force"], environment), 1), 600, "s")
        _line("unchanged index build", _times(lambda: _run(["index", "build"], environment), arguments.runs), 2, "s")
        asked = questions()
        cold = [_run(["ask", asked[0]], environment) for _ in range(arguments.runs)]
        _line("cold ask", [seconds for seconds, _ in cold], 4, "s")
        _line("memory of ask", [memory for _, memory in cold], 450, "MB")
        warm = _warm(environment, asked)
        _line("warm question", warm, 60, "ms")
        print(f"{'  95th percentile':<24} {statistics.quantiles(warm, n=20)[-1]:15.1f} ms")
        _line("memory of serve", [_serve(environment) for _ in range(min(3, arguments.runs))], 1000, "MB")
    _stock(arguments.model, asked, min(3, arguments.runs))


def questions() -> list[str]:
    """Questions of the development half that are not too long, spread over it."""
    text = (files("evals") / "datasets" / "dev.jsonl").read_text(encoding="utf-8")
    every = [json.loads(line)["question"] for line in text.splitlines()]
    fitting = [question for question in dict.fromkeys(every) if len(question) <= 500]
    return fitting[:: max(1, len(fitting) // _ASKED)][:_ASKED]


def _first_build(environment: dict[str, str]) -> float:
    """Seconds of a build in an empty data folder, as on a fresh machine: with the vectors that the package ships."""
    with tempfile.TemporaryDirectory() as folder:
        return _run(["index", "build"], environment | {"WEGWIJZER_DATA_DIR": folder})[0]


def _times(work: Callable[[], tuple[float, float]], runs: int) -> list[float]:
    return [work()[0] for _ in range(runs)]


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds and peak memory (MB) of one command as a process of its own."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def _warm(environment: dict[str, str], questions: list[str]) -> list[float]:
    """Milliseconds of each question in one process, the loading left out."""
    rows = [json.dumps({"id": number, "question": question}) for number, question in enumerate([questions[-1], *questions[:-1]])]
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "ask", "--batch", "-"],
        input="\n".join(rows),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line)["timing_ms"]["total"] for line in run.stdout.splitlines()][1:]


def _serve(environment: dict[str, str]) -> float:
    """Peak memory (MB) of the server when it accepts questions and has given its page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").read()  # 503 while it loads
                urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
                break
            except OSError:
                time.sleep(0.2)
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    finally:
        process.terminate()
        process.wait()


def _stock(model: str | None, questions: list[str], runs: int) -> None:
    if model is None:
        print("stock recipe (measured earlier, November 2026; give --model to run it here):")
        for name, figure in STOCK_BEFORE.items():
            print(f"  {name:<22} {figure}")
        return
    text = Path(__file__).parent.parent / "corpus" / "publications" / "crm-2021" / "extraction.txt"
    command = [sys.executable, "-m", "evals.stock", model, str(text), json.dumps(questions)]
    found = []
    for _ in range(runs):
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
        found.append(json.loads(run.stdout.splitlines()[-1]))
    print(f"stock recipe with {model}, median of {runs}:")
    for name, value, unit in (
        ("index build", statistics.median(row["build"] for row in found), "s"),
        ("cold question", statistics.median(row["cold"] for row in found), "s"),
        ("warm question", statistics.median(seconds for row in found for seconds in row["warm"]) * 1000, "ms"),
        ("memory", statistics.median(row["memory"] for row in found), "MB"),
    ):
        print(f"  {name:<22} {value:8.1f} {unit}")


def _line(name: str, values: list[float], limit: float, unit: str) -> None:
    median = statistics.median(values)
    verdict = "ok" if median < limit else "TOO MUCH"
    spread = f"min {min(values):.1f}, max {max(values):.1f}, n {len(values)}"
    print(f"{name:<24} median {median:8.1f} {unit}  ({spread})  limit {limit:g} {unit}: {verdict}", flush=True)


if __name__ == "__main__":
    main()

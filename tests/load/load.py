"""Load: many people at once, on a server of its own.

    python tests/load/load.py --users 30 --minutes 5 --p95 1.5 --growth 5

Exit code 1 when something went wrong or a limit was passed; ``docs/load.md`` tells what the figures mean.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from visitor import PATIENCE, THREADS, Layout, MissingAnswerError, Visitor

ROOT = Path(__file__).parents[2]
START = 120.0
"""Seconds within which a server must be ready."""
ENGLISH_EVERY = 5
"""Every fifth visitor uses the English page."""
MINUTES_TO_GROW = 2
"""A shorter run says nothing about what memory does after the first minute."""
LIMITS = ("QUESTIONS_PER_MINUTE_PER_ADDRESS", "QUESTIONS_PER_MINUTE_PER_SESSION", "ACTIONS_PER_MINUTE_PER_ADDRESS")


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        pause: shortest and longest seconds between an answer and the next question.
        turns: questions of a conversation, after which a new one is begun.
    """

    users: int
    minutes: float
    pause: tuple[float, float]
    turns: int
    seed: int


@dataclass
class Measured:
    """What was seen; times in seconds, memory in bytes.

    Attributes:
        memory: seconds since the start and what the server held, once a second.
        busy: processor seconds that the server used.
    """

    answers: list[float] = field(default_factory=list)
    openings: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)
    busy: float = 0.0
    lasted: float = 0.0

    def summary(self) -> dict[str, Any]:
        """The figures; None where there was nothing to measure. ``growth`` is in percent, after the first minute."""
        long_enough = self.lasted >= MINUTES_TO_GROW * 60
        minute = next((held for second, held in self.memory if second >= 60), None) if long_enough else None
        end = self.memory[-1][1] if self.memory else None
        return {
            "answers": len(self.answers),
            "answers_per_second": len(self.answers) / self.lasted if self.lasted else None,
            "answer": _spread(self.answers),
            "opening": _spread(self.openings),
            "errors": dict(self.errors),
            "cores": self.busy / self.lasted if self.lasted else None,
            "memory_minute": minute,
            "memory_end": end,
            "growth": 100 * (end - minute) / minute if minute and end else None,
        }

    def missed(self, p95: float | None, growth: float | None) -> list[str]:
        """What is wrong with the figures, in words; ``p95`` in seconds and ``growth`` in percent, None: no limit."""
        figures, wrong = self.summary(), []
        if self.errors:
            wrong.append(f"{self.errors.total()} errors")
        if not self.answers:
            wrong.append("no answers")
        elif p95 is not None and figures["answer"]["p95"] > p95:
            wrong.append(f"95 % of the answers took up to {figures['answer']['p95']:.2f} s, more than {p95} s")
        if growth is not None and figures["growth"] > growth:
            wrong.append(f"memory grew by {figures['growth']:.1f} %, more than {growth} %")
        return wrong


def _spread(times: list[float]) -> dict[str, float] | None:
    if not times:
        return None
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p95": ordered[math.ceil(0.95 * len(ordered)) - 1], "max": ordered[-1]}


class Server:
    """A running ``wegwijzer serve``: where it listens, and what it uses."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._process, self.log = process, log
        self.address = f"http://127.0.0.1:{port}"

    def wait(self) -> None:
        """Return when questions are answered. Raises RuntimeError with the end of the log when that does not come."""
        end = time.monotonic() + START
        while time.monotonic() < end and self._process.poll() is None:
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.address}/readyz", trust_env=False).status_code == 200:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text(encoding='utf-8')[-3000:]}")

    def memory(self) -> int:
        """Bytes of the process that are in memory (VmRSS)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))

    def busy(self) -> float:
        """Processor seconds used so far, by all threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def complaints(self) -> int:
        """Errors in the log: failures that a visitor need not have noticed."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return sum('"level": "error"' in line or line.startswith("Traceback") for line in lines)


@contextmanager
def serving(data: Path, log: Path, keep_limits: bool) -> Iterator[Server]:
    """``wegwijzer serve`` on a free port, as a process of its own; in a new data folder the index is built first.

    Args:
        keep_limits: leave the limits on questions as they are set; else there are none.
    """
    settings = {"WEGWIJZER_DATA_DIR": str(data), "WEGWIJZER_LANGUAGE": "nl"}
    if not keep_limits:
        settings |= {f"WEGWIJZER_{name}": "0" for name in LIMITS}
    environment = os.environ | settings
    command = [sys.executable, "-m", "assistant.cli"]
    if not data.exists():
        subprocess.run([*command, "index", "build"], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port)], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        server = Server(process, port, log)
        server.wait()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def measure(server: Server, plan: Plan) -> Measured:
    """Send the visitors and watch the server meanwhile."""
    measured = Measured()
    # The server closes idle connections after five seconds; a browser repeats a request that meets that, this client does not.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2)
    client = httpx2.AsyncClient(base_url=server.address, limits=limits, timeout=60, trust_env=False)
    async with client:
        layouts = {path: Layout.read((await client.get(f"{path}/config")).json(), path) for path in THREADS}
        begun, used = time.monotonic(), server.busy()
        watching = asyncio.create_task(_watch(server, measured, begun))
        async with asyncio.TaskGroup() as group:
            for number in range(plan.users):
                path = "/en" if number % ENGLISH_EVERY == ENGLISH_EVERY - 1 else ""
                group.create_task(_visit(Visitor(client, layouts[path]), path, number, plan, measured))
        measured.lasted = time.monotonic() - begun
        measured.memory.append((measured.lasted, server.memory()))
        measured.busy = server.busy() - used
        watching.cancel()
    return measured


async def _watch(server: Server, measured: Measured, begun: float) -> None:
    while True:
        measured.memory.append((time.monotonic() - begun, server.memory()))
        await asyncio.sleep(1)


async def _visit(visitor: Visitor, path: str, number: int, plan: Plan, measured: Measured) -> None:
    """One person: opens the page, then pauses and asks until the time is over."""
    chance = random.Random(f"{plan.seed} {number}")
    end = time.monotonic() + plan.minutes * 60
    # Everybody opens the page in the first seconds, as in a course.
    await asyncio.sleep(chance.uniform(0, plan.pause[0]))
    try:
        await _timed(visitor.open(), measured.openings, measured)
        asked = 0
        while True:
            for question in chance.choice(THREADS[path]):
                pause = chance.uniform(*plan.pause)
                await asyncio.sleep(max(0.0, min(pause, end - time.monotonic())))
                if time.monotonic() >= end:
                    return
                await _timed(visitor.ask(question), measured.answers, measured)
                asked += 1
            if asked >= plan.turns:
                await _timed(visitor.begin_anew(), [], measured)
                asked = 0
    finally:
        await _timed(visitor.leave(), [], measured)


async def _timed(doing: Coroutine[Any, Any, None], times: list[float], measured: Measured) -> None:
    """Do something; how long it took goes to ``times``, or what went wrong to the errors."""
    begun = time.monotonic()
    try:
        await doing
    except MissingAnswerError as error:
        measured.errors[str(error)] += 1
    except TimeoutError:
        measured.errors[f"no answer within {PATIENCE:.0f} s"] += 1
    except httpx2.HTTPError as error:
        measured.errors[type(error).__name__] += 1
    else:
        times.append(time.monotonic() - begun)


def told(plan: Plan, figures: dict[str, Any]) -> str:
    """The figures for a person."""
    lines = [f"{plan.users} users, {plan.minutes:g} minutes, pauses of {plan.pause[0]:g} to {plan.pause[1]:g} s"]
    lines.append(f"{'answers':10}{figures['answers']}, {figures['answers_per_second']:.2f} a second")
    for name in ("answer", "opening"):
        if spread := figures[name]:
            shown = "median {median:.3f} s, 95 % within {p95:.3f} s, longest {max:.3f} s".format(**spread)
            lines.append(f"{name:10}{shown}")
    lines.append(f"{'server':10}{figures['cores']:.2f} cores busy on average, {figures['memory_end'] / 1e6:.0f} MB at the end")
    if figures["growth"] is not None:
        lines.append(f"{'memory':10}{figures['memory_minute'] / 1e6:.0f} MB after one minute, then {figures['growth']:+.1f} %")
    lines += [f"{'error':10}{count} times: {kind}" for kind, count in figures["errors"].items()] or [f"{'errors':10}none"]
    return "\n".join(lines)


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Many people at once, on a server of its own.")
    parser.add_argument("--users", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--pause", type=float, nargs=2, default=(5, 15), metavar=("FROM", "TO"), help="seconds")
    parser.add_argument("--turns", type=int, default=8, help="questions after which a person begins a new conversation")
    parser.add_argument("--seed", type=int, default=1, help="of pauses and questions")
    parser.add_argument(
        "--data", type=Path, help="a data folder; in a new one, or a temporary one without this, the index is built"
    )
    parser.add_argument("--p95", type=float, help="fail when 95 %% of the answers take longer, in seconds")
    parser.add_argument("--growth", type=float, help="fail when memory grows more after the first minute, in percent")
    parser.add_argument("--keep-limits", action="store_true", help="leave the server's limits on questions as they are set")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    chosen = parser.parse_args(given)
    if chosen.growth is not None and chosen.minutes < MINUTES_TO_GROW:
        parser.error(f"--growth needs --minutes {MINUTES_TO_GROW} or more")
    return chosen


def main(given: list[str] | None = None) -> int:
    chosen = _arguments(given)
    plan = Plan(chosen.users, chosen.minutes, tuple(chosen.pause), chosen.turns, chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        data = (chosen.data or Path(folder) / "data").absolute()
        with serving(data, Path(folder) / "log", chosen.keep_limits) as server:
            measured = asyncio.run(measure(server, plan))
        if complaints := server.complaints():
            measured.errors["in the server's log"] += complaints
    figures = measured.summary()
    missed = measured.missed(chosen.p95, chosen.growth)
    print(json.dumps(figures | {"missed": missed}) if chosen.json else told(plan, figures))
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""The breaker: closed, open, half-open."""

from __future__ import annotations

from assistant.llm.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failing(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.allows()
        breaker.failed()


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(3, 60, Clock())
    failing(breaker, 2)
    breaker.succeeded()
    failing(breaker, 2)
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_one_call_tries_after_the_pause() -> None:
    clock = Clock()
    breaker = Breaker(1, 60, clock)
    failing(breaker, 1)
    clock.now = 59.0
    assert not breaker.allows()
    clock.now = 61.0
    assert breaker.allows() and not breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now = 122.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows() and breaker.allows()


def test_a_try_that_was_stopped_leaves_room_for_another() -> None:
    clock = Clock()
    breaker = Breaker(1, 10, clock)
    failing(breaker, 1)
    clock.now = 11.0
    assert breaker.allows()
    breaker.abandoned()
    assert breaker.allows()

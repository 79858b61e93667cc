"""The product as a list: each step reads and writes the turn; a step that sets a status ends the run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.answer import Answer, AnswerStatus, Citation, Retrieved
from assistant.check import check
from assistant.citations import write, write_sentences
from assistant.divide import divide
from assistant.evidence import locate, retrieve, weigh
from assistant.extractive import compose
from assistant.guards.attack import block
from assistant.guards.clean import clean
from assistant.guards.danger import before_policy, danger, help_lines
from assistant.guards.mask import mask
from assistant.language import language_of
from assistant.related import related
from assistant.rephrase import rephrase
from assistant.replies import reply
from assistant.small_talk import ask_back, greet
from assistant.sourced import consult, not_loaded, support
from assistant.turn import Follower, House, Step, Turn
from assistant.verify import verify
from assistant.write_up import write_up
from index.retriever import IndexVersion

STEPS: tuple[Step, ...] = (
    check,  # empty, too long: an error, nothing else happens
    clean,  # invisible characters go
    mask,  # personal data goes
    greet,  # small talk
    danger,  # somebody may be in danger: help lines before anything else
    block,  # an order to break the rules
    rephrase,  # what a follow-up leans on
    divide,  # two questions in one
    locate,  # places that the question names
    ask_back,  # nothing says what it is about
    retrieve,  # rank the units
    consult,  # what the texts of cited sources add, where they are loaded
    weigh,  # is there evidence, or is it off topic?
    compose,  # the shortest literal sentences that answer
    support,  # a cited source after the guidance, where it is asked or needed
    verify,  # every sentence literal, or it is dropped
    write_up,  # a model, if one is set, says it in plain words; every sentence checked, else the literal ones stay
)


def run(
    question: str,
    index: IndexVersion,
    history: Sequence[Mapping[str, str]] = (),
    language: str | None = None,
    house: House | None = None,
    follower: Follower | None = None,
) -> Answer:
    """Answer one question.

    Args:
        question: what the person typed.
        history: earlier turns, oldest first.
        language: of the replies; None: that of the question.
        house: what the installation sets; None: the defaults.
        follower: who watches the answer being written; None: nobody.

    Raises:
        QuestionError: empty or too long.
        StoreError: the index cannot be used.
    """
    begun = time.perf_counter()
    turn = _turn(question, history, index, house or House(), language)
    if follower is not None:
        turn.tell, turn.stopped = lambda: follower.tell(_answer(turn)), follower.stopped
    _play(turn)
    answer = _answer(turn)
    answer.related = related(turn, answer)
    answer.timing_ms = {"total": round((time.perf_counter() - begun) * 1000, 2)}
    return answer


def _answer(turn: Turn) -> Answer:
    """What the turn has come to, so far."""
    status = AnswerStatus.SIGNPOST if turn.danger else turn.status or AnswerStatus.ANSWERED
    answer = Answer(
        question=turn.question,
        standalone_question=turn.standalone,
        status=status,
        language=turn.language,
        answer="",
        retrieved=_retrieved(turn),
        answerer="llm" if turn.written or turn.writing else "extractive",
        index_version=turn.index.name,
        masked=turn.masked,
        followed=turn.followed,
        not_loaded=not_loaded(turn),
        trace=turn.trace,
    )
    _write(answer, turn)
    return answer


def _turn(
    question: str, history: Sequence[Mapping[str, str]], index: IndexVersion, house: House, language: str | None = None
) -> Turn:
    turn = Turn(question, index, house, language or language_of(question), history, standalone=" ".join(question.split()))
    turn.replay = lambda asked, before: _replay(asked, before, index, house)
    return turn


def _play(turn: Turn) -> None:
    for step in STEPS:
        step(turn)
        if turn.status is not None:
            break


def _replay(asked: str, before: Sequence[str], index: IndexVersion, house: House) -> Turn:
    """An earlier question, answered again with the questions before it, without a model; an unusable one gives an empty turn."""
    turn = _turn(asked, [{"role": "user", "content": question} for question in before], index, replace(house, writer=None))
    if asked.strip() and len(asked) <= house.limit:
        _play(turn)
    return turn


def _write(answer: Answer, turn: Turn) -> None:
    """The answer's text, coverage and citations; help lines stand before everything else."""
    if turn.statements:
        answer.answer, answer.citations = _said(turn)
        answer.coverage = "complete"
        if turn.missing:
            answer.coverage = "partial"
            answer.answer = f"{reply(AnswerStatus.PARTIAL, turn)}\n\n{answer.answer}"
            answer.status = AnswerStatus.SIGNPOST if turn.danger else AnswerStatus.PARTIAL
    elif not turn.danger:
        answer.answer = reply(answer.status, turn)
    if turn.danger:
        policy = f"\n\n{before_policy(turn.language)}\n\n{answer.answer}" if turn.statements else ""
        answer.answer = help_lines(turn.danger, turn.language) + policy


def _said(turn: Turn) -> tuple[str, list[Citation]]:
    if turn.written or turn.writing:
        return write_sentences(turn.written, turn.index.corpus, turn.language)
    return write(turn.statements, turn.index.corpus, turn.language)


def _retrieved(turn: Turn) -> list[Retrieved]:
    """Ten units or all named ones, best first: the named places, then what search found."""
    if turn.found is None:
        return []
    scores = {hit.locator: hit.score for hit in turn.found.hits}
    top = turn.found.hits[0].score
    # A named place wins over everything that search found, in the order of the question.
    leading = turn.places or [part.statements[0].unit for part in turn.parts]
    named = {str(unit.locator): top + rank for rank, unit in enumerate(reversed(leading), 1)}
    order = sorted((scores | named).items(), key=lambda pair: -pair[1])
    corpus = turn.index.corpus
    shown = order[: max(10, len(named))]
    return [Retrieved(unit=corpus.name(corpus.find(locator)), score=round(score, 4)) for locator, score in shown]

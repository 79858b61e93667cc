"""Measures of one answer against its case, from the answer's own fields alone."""

from __future__ import annotations

import re

from assistant.answer import Answer, AnswerStatus
from corpus.publication import Corpus
from evals.cases import Case, Kind

MAX_WORDS = 120
_MARKER = re.compile(r"\[(\d+)\]")


def cites_gold(answer: Answer, case: Case) -> bool:
    """A right unit is cited; every one where several are needed."""
    cited = {citation.unit for citation in answer.citations}
    return set(case.gold) <= cited if case.kind == Kind.SEVERAL else bool(cited & set(case.gold))


def supporting_share(answer: Answer, case: Case) -> float:
    """Share of the citations that are of a right or supporting unit; 1.0 without citations, for none is wrong."""
    right = {*case.gold, *case.supporting}
    return sum(c.unit in right for c in answer.citations) / len(answer.citations) if answer.citations else 1.0


def has_facts(answer: Answer, case: Case) -> bool:
    """Every key fact stands in ``answer``, which has at most 120 words unless a list is asked."""
    return holds_facts(answer.answer, case) and (case.whole_list or words(answer) <= MAX_WORDS)


def holds_facts(text: str, case: Case) -> bool:
    """Every key fact stands in a text, however long."""
    plain = folded(text)
    return all(any(folded(fragment) in plain for fragment in fact) for fact in case.facts)


def words(answer: Answer) -> int:
    """Words of the answer; markers are none."""
    return len(_MARKER.sub(" ", answer.answer).split())


def is_literal(answer: Answer, corpus: Corpus) -> bool:
    """Every quote is literal text of its unit."""
    return all(citation.quote and citation.quote in corpus.find(citation.locator).text for citation in answer.citations)


def resolves(answer: Answer) -> bool:
    """Markers in the text and citations are the same, numbered from 1 in the order of the text."""
    used = list(dict.fromkeys(int(number) for number in _MARKER.findall(answer.answer)))
    given = [citation.marker for citation in answer.citations]
    return used == given == list(range(1, len(given) + 1))


def abstains(answer: Answer) -> bool:
    """Neither an answer nor a partial one."""
    return answer.status not in (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL)


def names_missing(answer: Answer, case: Case) -> bool:
    """The first sentence has a word for what is missing."""
    first = folded(re.split(r"(?<=[.!?:])\s", answer.answer, maxsplit=1)[0])
    return any(folded(word) in first for word in case.missing)


def handled(answer: Answer, case: Case) -> bool:
    """The status is one of the right ones; a near miss answered in part says what is missing."""
    if case.kind == Kind.NEAR_MISS:
        return answer.status != AnswerStatus.ANSWERED and (abstains(answer) or names_missing(answer, case))
    if case.kind == Kind.OFF_TOPIC:
        return abstains(answer)
    return answer.status in case.expect


def folded(text: str) -> str:
    """Lower case, markers and added years away, white space and quotation marks made one kind: for comparing words."""
    plain = re.sub(r"\s*\(stand \d{4}\)", "", _MARKER.sub("", text.lower()))
    plain = plain.translate(str.maketrans("‘’‚“”„", "''''''")).replace('"', "'")
    return re.sub(r"\s+", " ", plain).replace(" .", ".").strip()

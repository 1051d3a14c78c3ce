"""What callers ask and get of duplicates."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from application.customers.models import CustomerRead
from application.errors import BadQuery
from application.listing import DEFAULT_LIMIT, MAX_LIMIT
from domain.customers.duplicates import DEFAULT_SCORE, Candidate, Reason
from domain.shared.errors import Problem, Problems

Place = tuple[Decimal, UUID, UUID]
PARAMETERS = ("limit", "cursor", "min_score", "include")


class DuplicateRead(Struct, frozen=True, kw_only=True):
    """Two customers who may be one person, the older record first, with what they share and how much that tells."""

    score: Annotated[Decimal, Meta(description="From 0 to less than 1, exact.", examples=["0.94"])]
    reasons: list[Reason]
    first: CustomerRead
    second: CustomerRead


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateQuestion:
    """One page of candidates: those of this score or more, after `after`; with `count` also how many in all."""

    least: Decimal = DEFAULT_SCORE
    limit: int = DEFAULT_LIMIT
    after: Place | None = None
    count: bool = False


def read_question(pairs: Iterable[tuple[str, str]]) -> DuplicateQuestion:
    """What pairs of a parameter and its text ask. Raises BadQuery that names every problem."""
    problems, given = Problems(), dict[str, str]()
    for name, text in pairs:
        if name not in PARAMETERS:
            known = ", ".join(sorted(PARAMETERS))
            problems.add(name, "unknown-parameter", f"is not a parameter of this list, which takes: {known}")
        elif name in given:
            problems.add(name, "repeated-parameter", "must be given once")
        else:
            given[name] = text
    least, limit, after = DEFAULT_SCORE, DEFAULT_LIMIT, None
    if "min_score" in given:
        least = _score(given["min_score"], problems)
    if "limit" in given:
        limit = _limit(given["limit"], problems)
    if given.get("include", "total") != "total":
        problems.add("include", "unknown-include", "must be: total")
    if "cursor" in given and not problems.found:
        after = _place(given["cursor"], least, problems)
    if problems.found:
        raise BadQuery(problems.found)
    return DuplicateQuestion(least=least, limit=limit, after=after, count="include" in given)


def cursor_after(question: DuplicateQuestion, last: Candidate) -> str:
    """The cursor to the page after the one that ends with `last`."""
    parts = [_mark(question.least), *last.place]
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def reasons_of(candidate: Candidate) -> Sequence[Reason]:
    """As a list, for JSON."""
    return list(candidate.reasons)


def _score(text: str, problems: Problems) -> Decimal:
    try:
        value = msgspec.convert(text, Annotated[str, Meta(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$")])
    except msgspec.ValidationError:
        problems.add("min_score", "bad-value", "must be a decimal number from 0 to 1 of at most six places")
        return DEFAULT_SCORE
    return Decimal(value)


def _limit(text: str, problems: Problems) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
        problems.add("limit", "bad-limit", f"must be a whole number from 1 to {MAX_LIMIT}")
        return DEFAULT_LIMIT
    return min(int(text), MAX_LIMIT)


def _place(cursor: str, least: Decimal, problems: Problems) -> Place | None:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        mark, score, first, second = msgspec.json.decode(raw, type=tuple[str, Decimal, UUID, UUID])
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, RecursionError):
        mark, score, first, second = "", Decimal(0), UUID(int=0), UUID(int=0)
    if mark != _mark(least) or not score.is_finite():
        message = "is not a cursor of this list with this score: leave it out to begin anew"
        problems.found.append(Problem(pointer="cursor", code="bad-cursor", message=message))
        return None
    return score, first, second


def _mark(least: Decimal) -> str:
    return hashlib.blake2b(f"duplicates {least.normalize()}".encode(), digest_size=6).hexdigest()

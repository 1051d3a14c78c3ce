"""The cursor of the customers behind RFM and churn: where a page ended, and which question it was a page of."""

import base64
import binascii
import hashlib
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from application.analytics.questions import Question, bad_query
from application.errors import BadQuery
from domain.analytics.facts import BuyerFacts
from domain.analytics.lifetime_facts import IdleBuyer
from domain.shared.errors import Invalid

# Where a page ended: the key and the id of its last customer.
Place = tuple[str, UUID]

_NOT_THE_QUESTION = frozenset({"cursor", "limit"})
# Left to their defaults, these are those of the first page, whatever the day and the shop's currencies are by now.
_PINNED = frozenset({"as_of", "currency"})


def next_cursor(question: Question, last: BuyerFacts | IdleBuyer) -> str:
    """The cursor to the page after the one that ends with `last`."""
    scope = question.scope
    parts = [_mark(question), scope.as_of, scope.currency, last.key, last.id]
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def read_cursor(question: Question, cursor: str) -> tuple[Question, Place]:
    """The question of the first page, and the place to go on from. Raises BadQuery with `bad-cursor`."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        mark, as_of, currency, key, customer_id = msgspec.json.decode(raw, type=tuple[str, date, str | None, str, UUID])
        if mark != _mark(question):
            raise _bad_cursor()
        first_page = question.with_scope(replace(question.scope, as_of=as_of, currency=currency))
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, Invalid):
        raise _bad_cursor() from None
    return first_page, (key, customer_id)


def _mark(question: Question) -> str:
    left_out = _NOT_THE_QUESTION | (_PINNED - question.given)
    asked: list[Any] = [question.spec.name]
    asked += [(name, value) for name, value in sorted(question.parameters.items()) if name not in left_out]
    return hashlib.blake2b(msgspec.json.encode(asked), digest_size=6).hexdigest()


def _bad_cursor() -> BadQuery:
    message = "is not a cursor of this list with these parameters: leave it out to begin anew"
    return bad_query("cursor", "bad-cursor", message)

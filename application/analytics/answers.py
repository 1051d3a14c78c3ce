"""Answers as they are given: kept for who asks the same of the same, and worked out once for all who ask at once."""

import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import msgspec

from application.analytics.models import Answer, AnswerPage
from application.analytics.questions import Question
from application.analytics.single_flight import SingleFlight
from application.analytics.specs import ReportSpec
from application.errors import ApplicationError, Unavailable
from application.ports.cache import Cache
from application.ports.purchases import PurchaseFacts
from domain.analytics.digest import answer_digest
from domain.analytics.segments import SegmentTable

A = TypeVar("A", bound=Answer[Any] | AnswerPage[Any])
Count = Callable[[], Coroutine[Any, Any, A]]


class AnswerObserver(Protocol):
    """Told of each question, when it is answered or refused."""

    def __call__(self, report: str, outcome: str, /) -> None:
        """`outcome` is cached, shared (with who asked the same before), counted, cancelled, or the code of an error.

        Must be quick and never raise.
        """
        ...


def unobserved(_report: str, _outcome: str, /) -> None:
    """Nobody is told."""


class Answers:
    """Answers of one store.

    An answer depends on the definition, the parameters, the table of segments, the day on which it is asked and the
    rows of the store; its key is made of all of these, of the rows by their revision. So what is kept under a key is
    what would be counted now, and after a commit the key is another one. An answer is kept only when the revision was
    the same before and after it was counted.

    Answers that name customers are kept by nobody, so that erasing one leaves none behind.
    """

    def __init__(
        self, facts: PurchaseFacts, *, segments: SegmentTable, cache: Cache | None, observer: AnswerObserver
    ) -> None:
        self._facts = facts
        self._segments = answer_digest(segments)
        self._cache = cache
        self._observer = observer
        self._flights: SingleFlight[Any] = SingleFlight()

    async def give(self, question: Question, count: Count[A]) -> A:
        """The answer that is kept, or that `count` gives."""
        name = question.spec.name
        try:
            outcome, answer = await self._found(question, count)
        except ApplicationError as error:
            self._observer(name, error.code)
            raise
        except BaseException:
            self._observer(name, "cancelled")
            raise
        self._observer(name, outcome)
        return answer

    async def _found(self, question: Question, count: Count[A]) -> tuple[str, A]:
        revision = await self._facts.revision()
        key = self._key(question, revision)
        cache = None if question.spec.names_customers else self._cache
        if cache is not None:
            kept = _decoded(await cache.get(key), question.spec)
            if kept is not None:
                return "cached", kept

        async def counted() -> A:
            answer = await count()
            if cache is not None and await self._is_still(revision):
                await cache.put(key, msgspec.msgpack.encode(answer))
            return answer

        outcome = "shared" if self._flights.under_way(key) else "counted"
        return outcome, await self._flights.run(key, counted)

    async def _is_still(self, revision: str) -> bool:
        with suppress(Unavailable):
            return await self._facts.revision() == revision
        return False

    def _key(self, question: Question, revision: str) -> str:
        definition = question.spec.definition.definition
        parts: list[Any] = [self._facts.store, revision, definition.name, definition.version, self._segments]
        # What was given and what was left to its default may be the same question with another next page.
        parts += [question.today, sorted(question.parameters.items()), sorted(question.given)]
        return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()


def _decoded(kept: bytes | None, spec: ReportSpec) -> Any:
    """The answer; None when there is none, or none that this version can read."""
    if kept is None:
        return None
    try:
        return msgspec.msgpack.decode(kept, type=spec.answer)
    except msgspec.MsgspecError:
        return None

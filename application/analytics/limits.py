"""How many questions a store is asked at once, how many may wait for it, and for how long."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from application.analytics.freshness import OR_A_WAREHOUSE
from application.errors import ApplicationError, Unavailable
from application.ports.purchases import PurchaseFacts, PurchaseView, Told

_RETRY_AFTER = 5


class TooManyQuestions(Unavailable):
    """As many reports are being counted as may be, and as many wait as may wait: ask again in a moment."""

    code = "too-many-questions"


class QuestionTooLong(ApplicationError):
    """The report was not counted in time, and given up: ask for less of it, or let it take longer."""

    code = "question-too-long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """At most `at_once` questions are with the store and `waiting` before it. Each has `seconds` from when it was asked
    to its answer; None is for as long as it takes.
    """

    at_once: int = 2
    waiting: int = 20
    seconds: float | None = None


class LimitedFacts:
    """A store that is asked within limits. A question that is cancelled or late is cancelled in the store, too."""

    def __init__(self, facts: PurchaseFacts, limits: Limits) -> None:
        self._facts = facts
        self._limits = limits
        self._places = asyncio.Semaphore(limits.at_once)
        self._waiting = 0

    @property
    def store(self) -> str:
        """That of the store."""
        return self._facts.store

    async def revision(self) -> str:
        """That of the store, without a place: what is kept already is told while others are counted."""
        return await self._facts.revision()

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """As the store answers it. Raises TooManyQuestions or QuestionTooLong besides."""
        limits = self._limits
        if self._places.locked() and self._waiting >= limits.waiting:
            raise TooManyQuestions(
                f"{limits.at_once} reports are being counted and {limits.waiting} wait: ask again in a moment",
                retry_after=_RETRY_AFTER,
            )
        try:
            async with asyncio.timeout(limits.seconds) as deadline:
                self._waiting += 1
                try:
                    await self._places.acquire()
                finally:
                    self._waiting -= 1
                try:
                    return await self._facts.read(question)
                finally:
                    self._places.release()
        except TimeoutError:
            if not deadline.expired():
                raise
            raise QuestionTooLong(
                f"it was not counted in {limits.seconds:g} s and was given up: ask for fewer days with `from`, or when "
                f"less is asked, have the server give reports longer, {OR_A_WAREHOUSE}"
            ) from None

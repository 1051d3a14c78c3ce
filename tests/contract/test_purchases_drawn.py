"""Every store gives the facts, answers and digests of the definition, whatever a shop's past."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from application.ports.purchases import PurchaseFacts, PurchaseView, Told
from domain.analytics.facts import SummaryFacts
from domain.analytics.scope import Scope
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.drawn import ROUND, batches, compare, drawn
from tests.support.memory_case import memory_case
from tests.support.store_case import StoreCase, StorePorts


async def test_every_store_answers_as_the_definition_does(case: StoreCase, server: Any) -> None:
    """As many histories are drawn as the case says, and each is asked a question of every kind."""
    left = how_many_histories(case.histories)
    # In long runs as well, what differs can be drawn again: its seed is in the message.
    seed = secrets.randbelow(10**9) if drawn_anew() else 0
    while left > 0:
        histories = (await asyncio.to_thread(drawn, seed))[:left]
        for batch in batches(histories):
            try:
                await compare(case, server, batch)
            except AssertionError as error:
                error.add_note(f"of the histories of the seed {seed}")
                raise
        left -= len(histories)
        seed += 1


class Forgetful:
    """A view that tells of three orders where there are more."""

    def __init__(self, view: PurchaseView) -> None:
        self._view = view

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    async def summary(self, scope: Scope) -> SummaryFacts:
        found = await self._view.summary(scope)
        return replace(found, orders=min(found.orders, 3))


class ForgetfulFacts:
    """A store that is wrong."""

    store = "memory"

    def __init__(self, facts: PurchaseFacts) -> None:
        self._facts = facts

    async def revision(self) -> str:
        return await self._facts.revision()

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        return await self._facts.read(lambda view: question(Forgetful(view)))


async def test_what_differs_is_told_with_the_smallest_history_that_does() -> None:
    right = memory_case()

    @asynccontextmanager
    async def open_forgetful(server: Any) -> AsyncIterator[StorePorts]:
        async with right.open(server) as ports:
            yield replace(ports, purchases=ForgetfulFacts(ports.purchases))

    histories = await asyncio.to_thread(drawn, 0)
    assert len(histories) == ROUND
    with pytest.raises(AssertionError) as told:
        for batch in batches(histories):
            await compare(replace(right, open=open_forgetful), None, batch)
    message = str(told.value)
    assert "orders=3," in message
    assert "orders=4," in message
    assert "by itself" in message
    assert message.count(" Order(") + message.count("[Order(") == 4

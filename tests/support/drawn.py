"""Drawn histories in the stores of tests, many at once: to open, empty and load a store takes as long as to ask it.

What is asked is asked of one currency, so the histories of a batch, each in currencies of its own, live in one store
and must not be seen in one another's answers. Those that are asked without naming a currency have a store each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from application.ports.purchases import PurchaseFacts
from domain.analytics.history import PurchaseHistory
from tests.support.definition import Definition
from tests.support.histories import BEGAN, MOST_NUMBERS, currencies_of, histories
from tests.support.loading import put
from tests.support.questions import Answer, Currencies, Question, comparison, lifetime, pairs, reports, rules
from tests.support.store_case import StoreCase

_EVERY_KIND = (reports.questions, pairs.questions, rules.questions, comparison.questions, lifetime.questions)
# So many are drawn from one seed, and so many are in one store.
ROUND, BATCH = 100, 25
assert BATCH <= MOST_NUMBERS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """A history, what it is asked, and whether it must be the only one of its store."""

    history: PurchaseHistory
    questions: Sequence[Question]
    alone: bool
    # By the customers of the shop that it was in: all stores are compared with the same answers.
    expected: dict[Sequence[UUID], Sequence[Answer]] = field(default_factory=dict)


@st.composite
def _histories(draw: st.DrawFn, number: int) -> Drawn:
    history = draw(histories(number=number))
    usual, other = currencies_of(number)
    named: Currencies = (usual, usual, usual, usual, other)
    found = history.currencies()
    alone = len(found) < 2 and (not found or draw(st.integers(1, 6)) == 6)
    currencies = (*named, None, None) if alone else named
    questions = [draw(of_kind(history, currencies)) for of_kind in _EVERY_KIND]
    return Drawn(history=history, questions=questions, alone=alone)


@lru_cache(maxsize=1)  # the stores are compared one after the other
def drawn(number: int) -> Sequence[Drawn]:
    """The histories of this seed."""
    made: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=ROUND,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(data=st.data())
    def each(data: st.DataObject) -> None:
        made.append(data.draw(_histories(len(made) % BATCH)))

    each()
    assert len(made) == ROUND, "Hypothesis draws as many as are asked for"
    return made


def batches(histories: Sequence[Drawn]) -> Iterator[Sequence[Drawn]]:
    """Those for one store, of neighbours, whose numbers differ.

    Those that began decades ago are apart: the more often clocks changed since, the longer DuckDB plans a statement.
    """
    for first in range(0, len(histories), BATCH):
        some = histories[first : first + BATCH]
        together = [one for one in some if not one.alone]
        for old in (False, True):
            if of_an_age := [one for one in together if _is_old(one.history) is old]:
                yield of_an_age
        yield from ([one] for one in some if one.alone)


def _is_old(history: PurchaseHistory) -> bool:
    moments = [*(one.placed_at for one in history.orders), *(one.returned_at for one in history.returns)]
    return min(moments, default=BEGAN) < BEGAN - timedelta(days=366)


async def compare(case: StoreCase, server: Any, batch: Sequence[Drawn]) -> None:
    """Whether a store with all of these answers each of their questions as the definition does on that one alone.

    Raises AssertionError that tells what differs, with the smallest history that was found to differ by itself.
    """
    shop = PurchaseHistory(
        customers=[customer for one in batch for customer in one.history.customers],
        books=[book for one in batch for book in one.history.books],
        orders=[order for one in batch for order in one.history.orders],
        returns=[back for one in batch for back in one.history.returns],
    )
    async with case.open(server) as ports:
        await put(ports, shop)
        assert list(await ports.purchases.read(lambda view: view.currencies())) == shop.currencies()
        wrong = [
            (one.history, question, difference)
            for one in batch
            for question, expected in zip(one.questions, await _expected(one, shop), strict=True)
            if (difference := await _difference(ports.purchases, expected, question))
        ]
    if wrong:
        raise AssertionError(await _explained(case, server, *wrong[0]))


async def _expected(one: Drawn, shop: PurchaseHistory) -> Sequence[Answer]:
    """What the definition answers to each question, of one history in a shop."""
    # Prospects are counted among the customers of the whole shop.
    customers = tuple(customer.id for customer in shop.customers)
    if customers not in one.expected:
        definition = Definition(replace(one.history, customers=shop.customers))
        one.expected[customers] = [await question(definition) for question in one.questions]
    return one.expected[customers]


async def _difference(store: PurchaseFacts, expected: Answer, question: Question) -> str:
    """The first part of the answer that differs, and nothing where none does."""
    try:
        found = await question(store)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    for name in (*expected, *(found.keys() - expected.keys())):
        if name not in found or name not in expected or found[name] != expected[name]:
            return f"{name}: {found.get(name)}\nexpected: {expected.get(name)}"
    return ""


async def _explained(
    case: StoreCase, server: Any, history: PurchaseHistory, question: Question, difference: str
) -> str:
    """What is wrong, without whatever in the history does not matter to it."""

    async def alone(tried: PurchaseHistory) -> str:
        async with case.open(server) as ports:
            await put(ports, tried)
            return await _difference(ports.purchases, await question(Definition(tried)), question)

    if not await alone(history):
        return f"{question}\n{difference}\nbeside the others of its batch, and not by itself:\n{history}"
    lone = [one.id for one in history.returns if one.order_id is None]
    for gone in [*(one.id for one in history.orders), *lone]:
        tried = _without(history, gone)
        if found := await alone(tried):
            history, difference = tried, found
    return f"{question}\n{difference}\nby itself:\n{history}"


def _without(history: PurchaseHistory, gone: UUID) -> PurchaseHistory:
    orders = [one for one in history.orders if one.id != gone]
    return replace(
        history, orders=orders, returns=[one for one in history.returns if gone not in (one.id, one.order_id)]
    )

"""As test_in_step.py, with customers who move, agree, are merged and parted: a store and the one in memory agree."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from application.caller import Caller
from application.customers.address_models import ADDRESS_LIST, AddressCreate, AddressRead, AddressUpdate
from application.customers.consent_models import ConsentGive, ConsentWithdraw
from application.customers.duplicate_models import DuplicateQuestion
from application.customers.merge_models import MERGE_LIST, MergeCommand
from application.customers.models import CustomerRead
from application.groups.models import GroupCreate, GroupRead, MembersChange
from application.listing import read_listing
from domain.customers.address import AddressType
from domain.shared.ids import CustomerId
from tests.contract.test_in_step import (
    CUSTOMERS,
    NEW_BOOK,
    NEW_CUSTOMER,
    NEW_ORDER,
    NEW_REVIEW,
    ORDERS,
    PLACES,
    REVIEWS,
    VERSIONS,
    WAIT,
    CountedIds,
    Pick,
    Step,
    everything,
    note,
    outcome,
    step,
    updates,
)
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.lists import walked
from tests.support.memory_case import memory_ports
from tests.support.shops import Shop, shop_on
from tests.support.store_case import StoreCase, StorePorts

CALLER = Caller("bob", request_id="req-1")
KINDS = st.sampled_from(AddressType)
LINES = st.sampled_from([["1 Elm Row"], ["elm row 1"], ["Żółć 2", "📚"]])
PURPOSES = st.sampled_from(["news", "survey", "No"])
SOURCES = st.sampled_from(["web", " till "])


async def merge(shop: Shop, pick: Pick, at: int, other: int, version: int | None) -> object:
    command = MergeCommand(from_id=pick(CustomerRead, other))
    return await shop.merges.merge(pick(CustomerRead, at), command, CALLER, version=version)


async def unmerge(shop: Shop, pick: Pick, at: int, version: int | None) -> object:
    """One of the merges that stand, so that it often can be undone."""
    merges = (await shop.merges.list(read_listing(MERGE_LIST, []))).data
    if not merges:
        return await shop.merges.undo(pick(CustomerRead, at), MergeCommand(from_id=pick(CustomerRead, at)), CALLER)
    chosen = merges[at % len(merges)]
    command = MergeCommand(from_id=chosen.from_id)
    return await shop.merges.undo(chosen.customer_id, command, CALLER, version=version)


async def admit(shop: Shop, pick: Pick, at: int, who: int) -> object:
    return await shop.groups.admit(pick(GroupRead, at), MembersChange(customer_ids=[pick(CustomerRead, who)]), CALLER)


MERGE = step("merge", merge, at=PLACES, other=PLACES, version=VERSIONS)
UNMERGE = step("unmerge", unmerge, at=PLACES, version=VERSIONS)
NEW_GROUP = step(
    "create group",
    lambda shop, pick, name: shop.groups.create(GroupCreate(name=name), CALLER),
    name=st.sampled_from(["a", "b"]),
)
NEW_ADDRESS = step(
    "add address",
    lambda shop, pick, at, command: shop.addresses.create(pick(CustomerRead, at), command, CALLER),
    at=PLACES,
    command=st.builds(
        AddressCreate, type=KINDS, lines=LINES, country=st.sampled_from(["GB", "XX"]), default=st.booleans()
    ),
)
PEOPLE = st.one_of(
    MERGE,
    UNMERGE,
    NEW_GROUP,
    NEW_ADDRESS,
    step("admit", admit, at=PLACES, who=PLACES),
    step(
        "change address",
        lambda shop, pick, owner, at, command, version: shop.addresses.update(
            pick(CustomerRead, owner), pick(AddressRead, at), command, CALLER, version=version
        ),
        owner=PLACES,
        at=PLACES,
        command=updates(AddressUpdate, type=KINDS, default=st.booleans(), city=st.none() | st.just("Bath")),
        version=VERSIONS,
    ),
    step(
        "remove address",
        lambda shop, pick, owner, at: shop.addresses.delete(pick(CustomerRead, owner), pick(AddressRead, at), CALLER),
        owner=PLACES,
        at=PLACES,
    ),
    step(
        "give consent",
        lambda shop, pick, at, purpose, source: shop.consents.give(
            pick(CustomerRead, at), ConsentGive(purpose=purpose, source=source), CALLER
        ),
        at=PLACES,
        purpose=PURPOSES,
        source=SOURCES,
    ),
    step(
        "withdraw consent",
        lambda shop, pick, at, purpose, source: shop.consents.withdraw(
            pick(CustomerRead, at), purpose, ConsentWithdraw(source=source), CALLER
        ),
        at=PLACES,
        purpose=PURPOSES,
        source=SOURCES,
    ),
    step("duplicates", lambda shop, pick: shop.duplicates.list(DuplicateQuestion(limit=3, count=True))),
)


async def told(shop: Shop, made: dict[type, list[UUID]], one: Step) -> object:
    result = await outcome(shop, made, one)
    if isinstance(result, AddressRead | GroupRead):
        note(made, type(result), result.id)
    return result


async def of_people(ports: StorePorts, customers: list[UUID]) -> dict[str, object]:
    """All that belongs to customers, and where those led that were merged away."""
    assert ports.addresses is not None
    assert ports.consents is not None
    assert ports.merges is not None
    assert ports.duplicates is not None
    found: dict[str, object] = {
        "addresses": await walked(ADDRESS_LIST, ports.addresses.list),
        "merges": await walked(MERGE_LIST, ports.merges.list, sort="created_at"),
        "blocks": {(one.reason, frozenset(one.members)) for one in await ports.duplicates.blocks()},
    }
    async with ports.units(CALLER) as uow:
        for one in customers:
            found[f"consents of {one}"] = await ports.consents.of(one)
            found[f"belongings of {one}"] = await uow.merges.belongings(CustomerId(one))
    return found


@pytest.mark.needs("writes", "remote", "transactions", "enforces_unique", "enforces_references", "reads_orders")
@settings(
    max_examples=how_many_histories(30),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    opening=st.tuples(NEW_CUSTOMER, NEW_CUSTOMER, NEW_GROUP, NEW_ADDRESS, NEW_BOOK, NEW_ORDER, NEW_REVIEW),
    steps=st.lists(
        st.one_of(PEOPLE, PEOPLE, MERGE, UNMERGE, UNMERGE, CUSTOMERS, ORDERS, REVIEWS, WAIT), min_size=43, max_size=43
    ),
)
async def test_a_store_and_the_one_in_memory_answer_alike_of_people(
    case: StoreCase, server: Any, opening: tuple[Step, ...], steps: list[Step]
) -> None:
    async with case.open(server) as ports:
        model = memory_ports(MemoryStore())
        shop, in_memory = shop_on(ports, CountedIds()), shop_on(model, CountedIds())
        made: dict[type, list[UUID]] = {}
        made_in_memory: dict[type, list[UUID]] = {}
        for one in (*opening, *steps):
            assert await told(shop, made, one) == await told(in_memory, made_in_memory, one)
            assert made == made_in_memory
        assert await everything(ports) == await everything(model)
        known = made.get(CustomerRead, [])
        assert await of_people(ports, known) == await of_people(model, known)

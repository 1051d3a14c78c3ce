"""What application/ports/duplicates.py promises."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from application.caller import Caller
from application.customers.duplicate_models import DuplicateQuestion, DuplicateRead, read_question
from domain.customers.customer import Customer
from domain.customers.duplicates import MOST_SHARING, Block, Reason
from tests.support.belongings import a_place, an_address, book_of
from tests.support.builders import MORNING, a_customer, minutes
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.memory_case import memory_ports
from tests.support.shops import shop_on
from tests.support.store_case import StoreCase, StorePorts

pytestmark = pytest.mark.needs("writes", "reads_orders")
CALLER = Caller("bob")
LATER = MORNING + minutes(5)


async def kept(ports: StorePorts, *customers: Customer, places: Iterable[tuple[int, str]] = ()) -> None:
    async with ports.units(CALLER) as uow:
        uow.customers.add_many(customers)
        await uow.commit()
    for place, line in places:
        owner = customers[place]
        async with ports.units(CALLER) as uow:
            before = await uow.addresses.of(owner.id)
            uow.addresses.save(before, book_of(owner, *before.addresses, an_address(owner, a_place(lines=[line]))))
            await uow.commit()


async def shared(ports: StorePorts) -> set[tuple[Reason, frozenset[Any]]]:
    assert ports.duplicates is not None
    blocks: list[Block] = list(await ports.duplicates.blocks())
    assert all(len(set(one.members)) == len(one.members) for one in blocks)
    return {(one.reason, frozenset(one.members)) for one in blocks}


async def test_who_shares_a_key_is_in_its_block(ports: StorePorts) -> None:
    ada = a_customer(name="Ada Lovelace", email="a.da@gmail.com", phone="+442079460958")
    bob = a_customer(name="LOVELACE, ada", email="ada+shop@googlemail.com")
    eve = a_customer(name="Eve", email="eve@example.org", phone="+442079460958")
    zoe = a_customer(name="Ádá lovelace", email="e.ve@example.org")
    await kept(ports, ada, bob, eve, zoe, places=[(0, "1 Elm Row"), (1, "1, ELM row"), (1, "2 Oak"), (3, "2 oak!")])
    assert await shared(ports) == {
        (Reason.MAILBOX, frozenset({ada.id, bob.id})),
        (Reason.PHONE, frozenset({ada.id, eve.id})),
        (Reason.NAME, frozenset({ada.id, bob.id, zoe.id})),
        (Reason.ADDRESS, frozenset({ada.id, bob.id})),
        (Reason.ADDRESS, frozenset({bob.id, zoe.id})),
    }


async def test_who_is_deleted_shares_nothing_and_no_words_are_no_name(ports: StorePorts) -> None:
    ada, gone, book, shelf = (
        a_customer(name="Ada"),
        a_customer(name="Ada"),
        a_customer(name="📚"),
        a_customer(name="🐦"),
    )
    nameless = [a_customer(name=None, email=f"{n}@example.org") for n in range(2)]
    await kept(ports, ada, gone, book, shelf, *nameless, places=[(2, "1 Elm"), (3, "1 Elm")])
    async with ports.units(CALLER) as uow:
        uow.customers.save(gone.delete(at=LATER, by="bob")[0])
        await uow.commit()
    assert await shared(ports) == set()


async def test_one_address_twice_is_one_and_what_many_share_tells_nothing(ports: StorePorts) -> None:
    crowd = [a_customer(name="John Smith", phone="+442079460958") for _ in range(MOST_SHARING + 1)]
    few = [a_customer(name="Jane Smith", phone="+442079460959") for _ in range(MOST_SHARING)]
    await kept(ports, *crowd, *few, places=[(0, "1 Elm"), (0, "1 elm"), (1, "1 Elm")])
    ids = frozenset(one.id for one in few)
    assert await shared(ports) == {
        (Reason.NAME, ids),
        (Reason.PHONE, ids),
        (Reason.ADDRESS, frozenset({crowd[0].id, crowd[1].id})),
    }


async def walked(ports: StorePorts, **parameters: str) -> list[DuplicateRead]:
    """All pages, two pairs each."""
    shop, found, cursor = shop_on(ports), list[DuplicateRead](), None
    while True:
        given = {"limit": "2", **parameters, **({"cursor": cursor} if cursor else {})}
        page = await shop.duplicates.list(read_question(given.items()))
        found.extend(page.data)
        if not page.has_more:
            assert page.next_cursor is None
            return found
        cursor = page.next_cursor


NAMES = st.none() | st.sampled_from(["Ada", "ada", "Ada Lovelace", "lovelace ada", "📚"])
LOCALS = st.sampled_from(["ada", "a.da", "ada+x", "+x", "a.d.a+", "...", "ADA"])
HOSTS = st.sampled_from(["gmail.com", "googlemail.com", "example.org"])


@pytest.mark.needs("remote")
@settings(
    max_examples=how_many_histories(40),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    people=st.lists(
        st.tuples(NAMES, st.none() | st.tuples(LOCALS, HOSTS), st.none() | st.just("+442079460958")), max_size=8
    ),
    places=st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["1 Elm", "elm 1", "2 Oak"])), max_size=6),
    least=st.sampled_from(["0", "0.4", "0.5", "0.76", "0.95"]),
)
async def test_a_store_and_the_one_in_memory_find_the_same_in_the_same_order(
    case: StoreCase, server: Any, people: list[Any], places: list[tuple[int, str]], least: str
) -> None:
    customers = dict[str, Customer]()
    for number, (name, email, phone) in enumerate(people):
        local, host = email or ("", "")
        # Dots alone are no local part that an address may have.
        text = f"{local}@{host}" if email and local != "..." else None
        one = a_customer(name=name, email=text, phone=phone, reference=f"K-{number}")
        customers.setdefault(one.details.email.value if one.details.email else f"{number}", one)
    some = list(customers.values())
    known = [(place, line) for place, line in places if place < len(some)]
    async with case.open(server) as ports:
        model = memory_ports(MemoryStore())
        for store in (ports, model):
            await kept(store, *some, places=known)
        assert await shared(ports) == await shared(model)
        assert await walked(ports, min_score=least) == await walked(model, min_score=least)


async def test_the_pages_are_those_of_one_list(ports: StorePorts) -> None:
    couples = [
        replace(a_customer(name=f"Name {n // 2}", email=f"{n}@example.org", phone=f"+4420794609{n // 4:02d}"))
        for n in range(12)
    ]
    await kept(ports, *couples)
    found = await walked(ports, min_score="0")
    assert [str(one.score) for one in found] == ["0.82"] * 6 + ["0.7"] * 12
    whole = await shop_on(ports).duplicates.list(DuplicateQuestion(limit=100))
    assert list(whole.data) == found
    assert [one.score for one in await walked(ports, min_score="0.8")] == [found[0].score] * 6
    assert all(one.first.id < one.second.id for one in found)

"""What application/ports/merges.py promises, and the law of merging: to merge and to undo it changes nothing."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from application.caller import Caller
from application.customers.merge_models import MERGE_LIST, MergeAnswer, MergeCommand, UnmergeAnswer
from application.customers.models import CustomerRead
from application.errors import Conflict, MergedAway, NotFound
from application.ports.customers import EmailExists
from application.ports.history import HistoryBatch
from domain.books.book import Book
from domain.books.review import Review, ReviewDetails
from domain.customers.address import AddressType
from domain.customers.belongings import Belongings
from domain.customers.consent import ConsentState
from domain.customers.customer import Customer
from domain.customers.group import Group, GroupDetails, Membership
from domain.customers.merge import MergeTooLarge, SurvivorMerged
from domain.customers.segment import Segment, SegmentDetails
from domain.customers.segment_parser import parse_rule
from domain.shared.errors import Invalid
from domain.shared.ids import CustomerId, GroupId, ReviewId, SegmentId, SnapshotId
from tests.support.belongings import a_place, an_address, an_entry, book_of, register_of
from tests.support.builders import MORNING, a_book, a_customer, a_line, a_lone_return, an_order, minutes, new_id
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.lists import walked
from tests.support.shops import Shop, shop_on
from tests.support.store_case import StoreCase, StorePorts

pytestmark = pytest.mark.needs("writes", "transactions", "reads_orders")
CALLER = Caller("bob", request_id="req-1")
LATER = MORNING + minutes(5)


def a_review(book: Book, customer: Customer, *, published: bool = True, deleted: bool = False) -> Review:
    review, _ = Review.write(
        ReviewId(new_id()),
        book_id=book.id,
        customer_id=customer.id,
        details=ReviewDetails(rating=4, text="I would read it again."),
        at=MORNING,
        by="ada",
    )
    if published:
        review = replace(review.publish(at=MORNING, by="ada")[0], lifecycle=review.lifecycle)
    if deleted:
        review = replace(review, lifecycle=replace(review.lifecycle, deleted_at=MORNING))
    return review


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer and what it is to have."""

    customer: Customer
    orders: int = 0
    returns: int = 0
    addresses: tuple[tuple[AddressType, bool], ...] = ()
    consents: tuple[tuple[str, int], ...] = ()
    reviews: tuple[tuple[int, bool, bool], ...] = ()
    groups: tuple[int, ...] = ()
    in_snapshot: bool = False


async def peopled(ports: StorePorts, *people: Person) -> None:
    """Puts everything into the store; reviews are of two books, groups are two, and there is one snapshot."""
    books = [a_book(), a_book()]
    groups = [Group.found(GroupId(new_id()), GroupDetails(name=name), at=MORNING, by="ada")[0] for name in "ab"]
    customers = [one.customer for one in people]
    async with ports.units(CALLER) as uow:
        uow.customers.add_many(customers)
        uow.books.add_many(books)
        for group in groups:
            uow.groups.add(group)
        await uow.commit()
    for one in people:
        async with ports.units(CALLER) as uow:
            add_belongings(uow, one, books, groups)
            await uow.commit()
    members = [one.customer.id for one in people if one.in_snapshot]
    if members:
        await captured(ports, members)


def add_belongings(uow: Any, one: Person, books: list[Book], groups: list[Group]) -> None:
    owner = one.customer
    uow.orders.add_many(
        an_order(a_line(unit_price="3.33"), customer=owner, placed_at=MORNING + minutes(n)) for n in range(one.orders)
    )
    uow.returns.add_many(a_lone_return(customer=owner) for _ in range(one.returns))
    homes = [
        an_address(owner, a_place(kind=kind, default=default), at=MORNING + minutes(n))
        for n, (kind, default) in enumerate(one.addresses)
    ]
    uow.addresses.save(book_of(owner), book_of(owner, *homes))
    entries = [
        an_entry(
            owner, ConsentState.WITHDRAWN if n % 2 else ConsentState.GIVEN, purpose=purpose, at=MORNING + minutes(n)
        )
        for purpose, times in one.consents
        for n in range(times)
    ]
    uow.consents.save(register_of(owner), register_of(owner, *entries))
    for place, published, deleted in one.reviews:
        uow.reviews.add(a_review(books[place], owner, published=published, deleted=deleted))
    uow.groups.admit(
        Membership(group_id=groups[place].id, customer_id=owner.id, added_at=MORNING, added_by="ada")
        for place in one.groups
    )


async def captured(ports: StorePorts, members: Iterable[CustomerId]) -> None:
    details = SegmentDetails(name="all", rule=parse_rule("orders >= 0"))
    segment, _ = Segment.define(SegmentId(new_id()), details, at=MORNING, by="ada")
    snapshot, _ = segment.capture(SnapshotId(new_id()), tuple(members), at=MORNING, by="ada")
    async with ports.units(CALLER) as uow:
        uow.segments.add(segment)
        await uow.commit()
    async with ports.units(CALLER) as uow:
        uow.segments.add_snapshot(snapshot)
        await uow.commit()


def unversioned(value: Any) -> Any:
    """Without versions and the times and names of the last change, which only go forward."""
    aside: dict[str, Any] = {"version": 1, "updated_at": MORNING, "updated_by": ""}
    return structs.replace(value, **{name: aside[name] for name in aside if hasattr(value, name)})


async def belongings_of(ports: StorePorts, customer: Customer) -> Belongings:
    async with ports.units(CALLER) as uow:
        return await uow.merges.belongings(customer.id)


async def everything(ports: StorePorts, *customers: Customer) -> dict[str, object]:
    """All that is kept of some customers and of what they have, versions and last changes aside."""
    assert ports.orders is not None
    assert ports.reviews is not None
    assert ports.consents is not None
    assert ports.addresses is not None
    found: dict[str, object] = {}
    for one in customers:
        held = await belongings_of(ports, one)
        found |= {
            f"{one.id}": unversioned(await ports.customers.get(one.id)),
            f"{one.id} orders": [unversioned(await ports.orders.get(held.id)) for held in held.orders],
            f"{one.id} returns": [held.id for held in held.returns],
            f"{one.id} reviews": [
                unversioned(await ports.reviews.get(held.id, include_deleted=True)) for held in held.reviews
            ],
            f"{one.id} ratings": [(await ports.books.get(held.book_id)).rating for held in held.reviews],
            f"{one.id} addresses": [unversioned(await ports.addresses.get(one.id, held.id)) for held in held.addresses],
            f"{one.id} consents": await ports.consents.of(one.id),
            f"{one.id} groups": [held.membership for held in held.memberships],
            f"{one.id} places": held.places,
            f"{one.id} merges": [held.id for held in held.merges],
        }
    return found


async def merged(shop: Shop, survivor: Customer, other: Customer, **given: Any) -> MergeAnswer:
    return await shop.merges.merge(survivor.id, MergeCommand(from_id=other.id), CALLER, **given)


async def undone(shop: Shop, survivor: Customer, other: Customer, **given: Any) -> UnmergeAnswer:
    return await shop.merges.undo(survivor.id, MergeCommand(from_id=other.id), CALLER, **given)


NAMES = st.none() | st.sampled_from(["Ada Lovelace", "A. Lovelace", "Żółć"])
KINDS = st.sampled_from(AddressType)


@st.composite
def people(draw: st.DrawFn, mark: str) -> Person:
    customer = a_customer(
        name=draw(NAMES),
        reference=f"K-{mark}" if draw(st.booleans()) else None,
        email=f"{mark}@example.org",
        phone=draw(st.none() | st.just("+442079460958")),
        tags=draw(st.lists(st.sampled_from(["x", "y", "z"]), unique=True)),
        metadata=draw(st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]))),
    )
    if draw(st.booleans()) and customer.details.reference:
        customer = replace(customer, details=replace(customer.details, email=None))
    homes: list[tuple[AddressType, bool]] = []
    for kind, default in draw(st.lists(st.tuples(KINDS, st.booleans()), max_size=3)):
        homes.append((kind, default and (kind, True) not in homes))
    return Person(
        customer=customer,
        orders=draw(st.integers(0, 2)),
        returns=draw(st.integers(0, 1)),
        addresses=tuple(homes),
        consents=tuple(draw(st.dictionaries(st.sampled_from(["news", "survey"]), st.integers(1, 3))).items()),
        reviews=tuple(
            (place, published, deleted)
            for place, (published, deleted) in enumerate(
                draw(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=2))
            )
        ),
        groups=tuple(draw(st.sets(st.integers(0, 1)))),
        in_snapshot=draw(st.booleans()),
    )


@settings(
    max_examples=how_many_histories(40),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(survivor=people("ada"), other=people("bob"), earlier=people("eve"), after_another=st.booleans())
async def test_to_merge_and_to_undo_it_changes_nothing(
    case: StoreCase, server: Any, survivor: Person, other: Person, earlier: Person, after_another: bool
) -> None:
    async with case.open(server) as ports:
        shop = shop_on(ports)
        await peopled(ports, survivor, other, earlier)
        shop.clock.pass_by(minutes=5)
        if after_another:
            await merged(shop, other.customer, earlier.customer)
        ada, bob = survivor.customer, other.customer
        before = await everything(ports, ada, bob)
        held, others = await belongings_of(ports, ada), await belongings_of(ports, bob)
        await merged(shop, ada, bob)
        together = await belongings_of(ports, ada)
        for name in ("orders", "returns", "reviews", "addresses", "consents", "places"):
            assert len(getattr(together, name)) == len(getattr(held, name)) + len(getattr(others, name))
        with pytest.raises(MergedAway) as gone:
            await ports.customers.get(bob.id, include_deleted=True)
        assert gone.value.into == ada.id
        assert len(together.merges) == 1 + len(held.merges) + len(others.merges)
        assert await belongings_of(ports, bob) == Belongings()
        shop.clock.pass_by(minutes=5)
        await undone(shop, ada, bob)
        assert await everything(ports, ada, bob) == before


class TestMerging:
    async def test_what_the_survivor_lacks_is_filled_in(self, ports: StorePorts) -> None:
        ada = a_customer(name="Ada", phone=None, tags=["a", "b"], metadata={"x": "1", "y": "1"})
        bob = a_customer(
            name="Bob",
            email="bob@example.org",
            phone="+442079460958",
            reference="K-2",
            tags=["b", "c"],
            metadata={"y": "2", "z": "2"},
        )
        await peopled(ports, Person(customer=ada), Person(customer=bob))
        shop = shop_on(ports)
        answer = await merged(shop, ada, bob, version=1)
        read = await ports.customers.get(ada.id)
        assert answer.customer == read
        assert (read.name, read.email, read.phone, read.reference) == (
            "Ada",
            "bob@example.org",
            "+442079460958",
            "K-2",
        )
        assert (read.tags, read.metadata) == (["a", "b", "c"], {"x": "1", "y": "1", "z": "2"})
        assert (read.version, answer.merge.filled) == (2, ["reference", "email", "phone"])
        assert ports.merges is not None
        listed = await walked(MERGE_LIST, ports.merges.list, customer_id=str(ada.id))
        assert listed == [answer.merge]

    async def test_of_two_defaults_and_of_two_reviews_the_survivors_stay(self, ports: StorePorts) -> None:
        ada = Person(
            customer=a_customer(), addresses=((AddressType.BILLING, True),), reviews=((0, True, False),), groups=(0,)
        )
        bob = Person(
            customer=a_customer(),
            addresses=((AddressType.BILLING, True), (AddressType.SHIPPING, True)),
            reviews=((0, True, False), (1, True, False)),
            groups=(0, 1),
        )
        await peopled(ports, ada, bob)
        before = await belongings_of(ports, ada.customer)
        await merged(shop_on(ports), ada.customer, bob.customer)
        held = await belongings_of(ports, ada.customer)
        defaults = {(one.details.type, one.id) for one in held.addresses if one.details.default}
        assert len(defaults) == 2
        assert (AddressType.BILLING, before.addresses[0].id) in defaults
        living = [one for one in held.reviews if not one.deleted]
        assert len(living) == 2
        assert before.reviews[0].id in {one.id for one in living}
        assert [(await ports.books.get(one.book_id)).rating.count for one in living] == [1, 1]
        assert len(held.memberships) == 2

    async def test_every_change_is_told_and_nothing_of_a_person(self, ports: StorePorts) -> None:
        full = {
            "orders": 1,
            "returns": 1,
            "addresses": ((AddressType.BILLING, True),),
            "consents": (("news", 1),),
            "reviews": ((0, True, False),),
            "groups": (0,),
        }
        ada = a_customer(name=None, email="ada@example.org")
        bob = a_customer(name="Secret Name", phone="+442079460958", tags=["hush"])
        await peopled(ports, Person(customer=ada), Person(customer=bob, **full))  # type: ignore[arg-type]  # by name
        shop = shop_on(ports)
        assert ports.events is not None
        already = len(await ports.events())
        await merged(shop, ada, bob)
        await undone(shop, ada, bob)
        told = [one.event for one in (await ports.events())[already:]]
        moved = ["order", "return", "review", "address", "consent"]
        expected = ["customer.merged", "customer.extended", *(f"{one}.moved" for one in moved)]
        expected += ["group.left", "group.joined", "customer.unmerged", "customer.reduced"]
        expected += [*(f"{one}.moved" for one in moved), "group.left", "group.joined"]
        assert [one.type for one in told] == expected
        assert [(one.version, one.changed) for one in told[:2]] == [(2, ()), (2, ("name", "phone", "tags"))]
        assert [one.version for one in told if one.aggregate_id == bob.id] == [2, 3]
        assert (await ports.customers.get(bob.id)).version == 3
        text = repr(told)
        assert not [one for one in ("Secret", "hush", "4420", "ada@") if one in text]

    async def test_what_cannot_be_merged(self, ports: StorePorts) -> None:
        ada, bob, gone = a_customer(), a_customer(tags=[str(n) for n in range(50)]), a_customer(tags=["x"])
        await peopled(ports, Person(customer=ada), Person(customer=bob), Person(customer=gone))
        shop = shop_on(ports)
        with pytest.raises(Invalid):
            await merged(shop, ada, ada)
        with pytest.raises(Invalid):
            await merged(shop, ada, a_customer())
        with pytest.raises(MergeTooLarge):
            await merged(shop, gone, bob)
        await shop.customers.delete(gone.id, CALLER)
        with pytest.raises(Invalid):
            await merged(shop, ada, gone)
        with pytest.raises(NotFound):
            await merged(shop, gone, ada)
        with pytest.raises(NotFound):
            await undone(shop, ada, bob)


class TestUndoing:
    async def test_what_came_later_stays(self, ports: StorePorts) -> None:
        ada, bob = a_customer(name=None, email="ada@example.org"), a_customer(name="Bob", tags=["b"])
        await peopled(ports, Person(customer=ada, orders=1), Person(customer=bob, orders=2))
        shop = shop_on(ports)
        await merged(shop, ada, bob)
        later = an_order(customer=ada)
        async with ports.units(CALLER) as uow:
            uow.orders.add(later)
            await uow.commit()
        present = await ports.customers.get(ada.id)
        renamed = a_customer(name="Countess").details
        async with ports.units(CALLER) as uow:
            customer = await uow.customers.get(ada.id)
            edited, _ = customer.edit(replace(customer.details, name=renamed.name), at=LATER, by="bob")
            uow.customers.save(edited)
            await uow.commit()
        answer = await undone(shop, ada, bob, version=present.version + 1)
        assert (answer.customer.name, answer.customer.tags) == ("Countess", [])
        assert (answer.restored.name, answer.restored.tags) == ("Bob", ["b"])
        assert later.id in {one.id for one in (await belongings_of(ports, ada)).orders}
        assert len((await belongings_of(ports, bob)).orders) == 2
        with pytest.raises(NotFound):
            await undone(shop, ada, bob)

    async def test_a_chain_is_undone_from_its_end(self, ports: StorePorts) -> None:
        ada, bob, eve = (Person(customer=a_customer(), orders=1) for _ in range(3))
        await peopled(ports, ada, bob, eve)
        shop = shop_on(ports)
        before = await everything(ports, ada.customer, bob.customer, eve.customer)
        await merged(shop, bob.customer, eve.customer)
        await merged(shop, ada.customer, bob.customer)
        for one in (bob, eve):
            with pytest.raises(MergedAway) as gone:
                await ports.customers.get(one.customer.id)
            assert gone.value.into == ada.customer.id
        with pytest.raises(SurvivorMerged):
            await undone(shop, ada.customer, eve.customer)
        await undone(shop, ada.customer, bob.customer)
        await undone(shop, bob.customer, eve.customer)
        assert await everything(ports, ada.customer, bob.customer, eve.customer) == before

    async def test_a_key_that_was_taken_meanwhile_is_refused(self, ports: StorePorts) -> None:
        ada, bob = a_customer(), a_customer(email="bob@example.org")
        await peopled(ports, Person(customer=ada), Person(customer=bob))
        shop = shop_on(ports)
        await merged(shop, ada, bob)
        async with ports.units(CALLER) as uow:
            customer = await uow.customers.get(ada.id)
            edited, _ = customer.edit(replace(customer.details, email=None), at=LATER, by="bob")
            uow.customers.save(edited)
            uow.customers.add(a_customer(email="bob@example.org"))
            await uow.commit()
        with pytest.raises(EmailExists):
            await undone(shop, ada, bob)
        with pytest.raises(MergedAway):
            await ports.customers.get(bob.id)


class TestRaces:
    async def test_of_two_that_cross_one_wins(self, ports: StorePorts) -> None:
        for _ in range(10):
            ada, bob = Person(customer=a_customer(), orders=2), Person(customer=a_customer(), orders=2)
            async with ports.units(CALLER) as uow:
                uow.customers.add_many([ada.customer, bob.customer])
                uow.orders.add_many(an_order(customer=one.customer) for one in (ada, bob) for _ in range(2))
                await uow.commit()
            shop = shop_on(ports)
            outcomes = await asyncio.gather(
                merged(shop, ada.customer, bob.customer),
                merged(shop, bob.customer, ada.customer),
                return_exceptions=True,
            )
            won = [one for one in outcomes if isinstance(one, MergeAnswer)]
            lost = [one for one in outcomes if not isinstance(one, MergeAnswer)]
            assert len(won) == 1
            assert isinstance(lost[0], Conflict | NotFound | Invalid)
            survivor = ada.customer if won[0].customer.id == ada.customer.id else bob.customer
            assert len((await belongings_of(ports, survivor)).orders) == 4

    async def test_what_comes_while_it_is_merged_is_never_left_behind(self, ports: StorePorts) -> None:
        shop = shop_on(ports)
        for _ in range(10):
            ada, bob = a_customer(), a_customer()
            async with ports.units(CALLER) as uow:
                uow.customers.add_many([ada, bob])
                await uow.commit()

            async def bought(customer: Customer = bob) -> UUID:
                order = an_order(customer=customer)
                async with ports.units(CALLER) as uow:
                    uow.orders.add(order)
                    await uow.commit()
                return order.id

            *bought_ids, answer = await asyncio.gather(
                bought(), bought(), merged(shop, ada, bob), return_exceptions=True
            )
            placed = {one for one in bought_ids if isinstance(one, UUID)}
            assert all(isinstance(one, UUID | Conflict) for one in bought_ids)
            owner = ada if isinstance(answer, MergeAnswer) else bob
            assert isinstance(answer, MergeAnswer | Conflict)
            assert {one.id for one in (await belongings_of(ports, owner)).orders} == placed

    async def test_a_stale_handover_gives_nothing(self, ports: StorePorts) -> None:
        ada, bob = Person(customer=a_customer(), orders=1), Person(customer=a_customer(), orders=1)
        await peopled(ports, ada, bob)
        before = await everything(ports, ada.customer, bob.customer)
        assert ports.orders is not None
        async with ports.units(CALLER) as uow:
            held = await uow.merges.belongings(bob.customer.id)
            order = await uow.orders.get(held.orders[0].id)  # type: ignore[arg-type]  # the id of an order
            async with ports.units(CALLER) as other:
                other.orders.save(replace(order, lifecycle=order.lifecycle))
                await other.commit()
            with pytest.raises(Conflict):
                uow.merges.dissolve(bob.customer)
                await uow.commit()
        assert await everything(ports, ada.customer, bob.customer) == before


@pytest.mark.needs("tells_history")
async def test_the_history_tells_of_the_one_that_went_as_deleted(ports: StorePorts) -> None:
    ada, bob = a_customer(), a_customer(name="Bob")
    await peopled(ports, Person(customer=ada), Person(customer=bob))
    shop = shop_on(ports)

    async def told() -> dict[UUID, Customer]:
        assert ports.source is not None
        history = await ports.source.read()
        batches: list[HistoryBatch] = [batch async for batch in history.batches]
        return {one.id: one for batch in batches for one in batch.customers}

    await merged(shop, ada, bob)
    gone = (await told())[bob.id]
    assert (gone.lifecycle.deleted, gone.lifecycle.version, gone.details.name) == (True, 2, "Bob")
    await undone(shop, ada, bob)
    back = (await told())[bob.id]
    assert (back.lifecycle.deleted, back.lifecycle.version) == (False, 3)
    assert CustomerRead.of(back) == await ports.customers.get(bob.id)

"""What application/ports/people.py promises, and what all ports promise of who was erased."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from application.caller import Caller, Claim
from application.customers.export_models import MembershipRead, MergedRead, SnapshotMembershipRead
from application.customers.models import CUSTOMER_LIST, CustomerRead
from application.errors import Conflict, Erased, MergedAway
from application.groups.models import GROUP_MEMBER_LIST
from application.ports.history import HistoryBatch
from application.ports.people import PersonReader
from application.reviews.models import ReviewRead
from application.segments.models import SNAPSHOT_MEMBER_LIST
from domain.books.book import Book
from domain.books.review import Review
from domain.customers.address import Address
from domain.customers.consent import Consent
from domain.customers.customer import NOBODY, Customer
from domain.customers.group import Group, GroupDetails
from domain.customers.merge import Merge, merge
from domain.customers.segment import Segment, SegmentDetails, Snapshot
from domain.customers.segment_parser import parse_rule
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.ids import GroupId, MergeId, SegmentId, SnapshotId
from tests.contract.conftest import Load
from tests.support.belongings import an_address, an_entry, book_of, register_of
from tests.support.builders import MORNING, a_book, a_customer, a_lone_return, a_review, an_order, minutes, new_id
from tests.support.lists import walked
from tests.support.store_case import StoreCase, StorePorts

pytestmark = pytest.mark.needs("reads_records")

CALLER = Caller("bob", "req-7")
LATER = MORNING + minutes(5)
Thing = Customer | Book | Order | Return | Review | Group | Segment | Address | Consent


def reader(ports: StorePorts) -> PersonReader:
    assert ports.people is not None
    return ports.people


def erased(customer: Customer) -> Customer:
    return customer.erase(at=LATER, by="bob")[0]


def deleted(customer: Customer, *, after: int = 5) -> Customer:
    return customer.delete(at=MORNING + minutes(after), by="bob")[0]


def a_group(name: str = "Reading circle") -> Group:
    return Group.found(GroupId(new_id()), GroupDetails(name=name), at=MORNING, by="ada")[0]


def a_segment(rule: str = "status = active") -> Segment:
    details = SegmentDetails(name="All", rule=parse_rule(rule))
    return Segment.define(SegmentId(new_id()), details, at=MORNING, by="ada")[0]


async def added(ports: StorePorts, *things: Thing) -> None:
    for one in things:
        async with ports.units(CALLER) as uow:
            match one:
                case Customer():
                    uow.customers.add(one)
                case Book():
                    uow.books.add(one)
                case Order():
                    uow.orders.add(one)
                case Return():
                    uow.returns.add(one)
                case Review():
                    uow.reviews.add(one)
                case Group():
                    uow.groups.add(one)
                case Segment():
                    uow.segments.add(one)
                case Address():
                    before = await uow.addresses.of(one.customer_id)
                    uow.addresses.save(before, type(before).of(one.customer_id, (*before.addresses, one)))
                case Consent():
                    known = await uow.consents.of(one.customer_id)
                    uow.consents.save(known, type(known).of(one.customer_id, (*known.entries, one)))
            await uow.commit()


async def joined(ports: StorePorts, group: Group, *customers: Customer, after: int = 5) -> None:
    async with ports.units(CALLER) as uow:
        uow.groups.admit(group.admit(one.id, at=MORNING + minutes(after), by="eve")[0] for one in customers)
        await uow.commit()


async def captured(ports: StorePorts, segment: Segment, *customers: Customer, after: int = 5) -> Snapshot:
    snapshot, _ = segment.capture(
        SnapshotId(new_id()), sorted(one.id for one in customers), at=MORNING + minutes(after), by="eve"
    )
    async with ports.units(CALLER) as uow:
        uow.segments.add_snapshot(snapshot)
        await uow.commit()
    return snapshot


async def erase(ports: StorePorts, *customers: Customer, caller: Caller = CALLER) -> None:
    async with ports.units(caller) as uow:
        uow.people.erase([erased(one) for one in customers])
        await uow.commit()


async def merged(ports: StorePorts, survivor: Customer, other: Customer) -> Merge:
    """Merges `other`, as it is by now, into the survivor."""
    async with ports.units(CALLER) as uow:
        held, others = await uow.merges.belongings(survivor.id), await uow.merges.belongings(other.id)
        changed, made, handover, _ = merge(
            MergeId(new_id()), survivor, other, held=held, others=others, at=MORNING, by="eve"
        )
        uow.merges.hand_over(handover)
        uow.merges.dissolve(other)
        uow.customers.save(changed)
        uow.merges.add(made)
        await uow.commit()
    return made


async def told_customers(ports: StorePorts) -> dict[UUID, Customer]:
    """The customers of the history, as another store is told of them."""
    assert ports.source is not None
    history = await ports.source.read()
    return {one.id: one async for batch in history.batches for one in batch.customers}


async def answered(ports: StorePorts, key: str, customer: Customer) -> None:
    """Adds a customer under an idempotency key."""
    claim = Claim(key=key, fingerprint=b"f" * 32, at=MORNING, reply=msgspec.json.encode)
    async with ports.units(Caller("bob", "req-1", claim)) as uow:
        uow.customers.add(customer)
        await uow.commit(CustomerRead.of(customer))


class TestReadingOfTheErased:
    """On every store, the warehouse too: what was erased elsewhere comes with its history."""

    async def test_the_id_says_so_however_it_is_asked(self, ports: StorePorts, load: Load) -> None:
        gone = erased(a_customer(name="Ada", email="ada@example.org"))
        await load(HistoryBatch(customers=[gone, a_customer()]))
        for asked in (False, True):
            with pytest.raises(Erased) as caught:
                await ports.customers.get(gone.id, include_deleted=asked)
            assert caught.value.kind == "customer"

    async def test_a_row_of_nobody_is_listed_where_deleted_ones_are(self, ports: StorePorts, load: Load) -> None:
        gone, here = erased(a_customer(name="Ada", tags=["gold"], metadata={"a": "b"})), a_customer(name="Bob")
        await load(HistoryBatch(customers=[gone, here]))
        assert [one.id for one in await walked(CUSTOMER_LIST, ports.customers.list)] == [here.id]
        everybody = await walked(CUSTOMER_LIST, ports.customers.list, include_deleted="true", sort="id")
        assert everybody == [CustomerRead.of(gone), CustomerRead.of(here)]
        assert everybody[0].erased_at == LATER
        assert await walked(CUSTOMER_LIST, ports.customers.list, include_deleted="true", q="ada") == []
        assert (await ports.customers.get_many([gone.id]))[gone.id] == CustomerRead.of(gone)


@pytest.mark.needs("writes")
class TestErasing:
    async def test_a_tombstone_is_left(self, ports: StorePorts) -> None:
        ada = a_customer(name="Ada", email="ada@example.org", reference="K-1", phone="+442079460958", tags=["x"])
        await added(ports, ada)
        await erase(ports, ada)
        (left,) = await walked(CUSTOMER_LIST, ports.customers.list, include_deleted="true")
        assert left == msgspec.structs.replace(CustomerRead.of(erased(ada)), version=2)
        assert (left.name, left.email, left.reference, left.phone) == (None, None, None, None)
        assert (left.tags, left.metadata, left.status) == ([], {}, "inactive")
        async with ports.units(CALLER) as uow:
            with pytest.raises(Erased):
                await uow.customers.get(ada.id)

    async def test_address_and_reference_are_free_again(self, ports: StorePorts) -> None:
        ada = a_customer(email="ada@example.org", reference="K-1")
        await added(ports, ada)
        await erase(ports, ada)
        heir = a_customer(email="ada@example.org", reference="K-1")
        await added(ports, heir)
        async with ports.units(CALLER) as uow:
            assert await uow.customers.find_by_references(["K-1"]) == {"K-1": heir}

    async def test_what_was_deleted_stays_deleted_since_then(self, ports: StorePorts) -> None:
        ada = deleted(a_customer(email="ada@example.org"), after=1)
        await added(ports, ada)
        await erase(ports, ada)
        (left,) = await walked(CUSTOMER_LIST, ports.customers.list, include_deleted="true")
        assert (left.deleted_at, left.erased_at) == (MORNING + minutes(1), LATER)

    async def test_what_belongs_to_it_goes_and_that_of_others_stays(self, ports: StorePorts) -> None:
        ada, bob = a_customer(name="Ada"), a_customer(name="Bob")
        group, segment = a_group(), a_segment()
        await added(ports, ada, bob, group, segment, *map(an_address, (ada, bob)), *map(an_entry, (ada, bob)))
        await joined(ports, group, ada, bob)
        snapshot = await captured(ports, segment, ada, bob)
        await erase(ports, ada)
        async with ports.units(CALLER) as uow:
            assert await uow.addresses.of(ada.id) == book_of(ada)
            assert await uow.consents.of(ada.id) == register_of(ada)
            assert len((await uow.addresses.of(bob.id)).addresses) == 1
            assert len((await uow.consents.of(bob.id)).entries) == 1
        assert ports.groups is not None
        assert ports.segments is not None
        members = await walked(GROUP_MEMBER_LIST, ports.groups.members, group_id=str(group.id), include_deleted="true")
        assert [one.id for one in members] == [bob.id]
        found = await walked(
            SNAPSHOT_MEMBER_LIST, ports.segments.snapshot_members, snapshot_id=str(snapshot.id), include_deleted="true"
        )
        assert [one.id for one in found] == [bob.id]
        assert (await ports.segments.snapshot(snapshot.id)).member_count == 2
        assert await reader(ports).memberships(ada.id) == []
        assert await reader(ports).snapshots(ada.id) == []

    async def test_reviews_keep_their_stars_and_no_words(self, ports: StorePorts) -> None:
        ada, bob, book, other = a_customer(), a_customer(), a_book(number=1), a_book(number=2)
        said = a_review(book, ada, stars=5, title="My title", text="My words").publish(at=MORNING, by="eve")[0]
        taken = a_review(other, ada, stars=1, text="Too long").reject("Rude", at=MORNING, by="eve")[0]
        taken = taken.delete(at=MORNING, by="eve")[0]
        others = a_review(book, bob, stars=2, text="Not for me").publish(at=MORNING, by="eve")[0]
        await added(ports, ada, bob, book, other, said, taken, others)
        rating = (await ports.books.get(book.id)).rating
        await erase(ports, ada)
        assert ports.reviews is not None
        for before in (said, taken):
            left = await ports.reviews.get(before.id, include_deleted=True)
            expected = ReviewRead.of(before.forget(at=LATER, by="bob")[0])
            assert left == msgspec.structs.replace(expected, version=before.lifecycle.version + 1)
            assert (left.title, left.text, left.language, left.reason) == (None, None, None, None)
            assert left.rating == before.details.rating
        assert await ports.reviews.get(others.id) == ReviewRead.of(others)
        assert (await ports.books.get(book.id)).rating == rating

    async def test_each_review_that_lost_its_words_is_told_of(self, ports: StorePorts) -> None:
        ada, books = a_customer(), [a_book(number=n) for n in range(3)]
        reviews = [a_review(one, ada) for one in books]
        await added(ports, ada, *books, *reviews)
        tombstone, event = ada.erase(at=LATER, by="bob")
        async with ports.units(CALLER) as uow:
            uow.people.erase([tombstone])
            uow.record(event)
            await uow.commit()
        assert ports.events is not None
        told = await ports.events()
        assert [one.event for one in told] == [*(one.forget(at=LATER, by="bob")[1] for one in reviews), event]
        assert {one.request_id for one in told} == {"req-7"}

    async def test_answers_about_it_are_forgotten_but_not_the_answer_to_its_end(self, ports: StorePorts) -> None:
        ada, bob = a_customer(name="Ada"), a_customer(name="Bob")
        await answered(ports, "of ada", ada)
        await answered(ports, "of bob", bob)
        claim = Claim(key="end", fingerprint=b"f" * 32, at=MORNING, reply=lambda _: b"{}")
        await erase(ports, ada, caller=Caller("bob", "req-2", claim))
        assert ports.keys is not None
        assert await ports.keys.find("bob", "of ada", at=MORNING) is None
        assert await ports.keys.find("bob", "of bob", at=MORNING) is not None
        assert await ports.keys.find("bob", "end", at=MORNING) is not None

    async def test_whom_it_was_merged_with_is_erased_along(self, ports: StorePorts) -> None:
        ada, twin, bob, other = a_customer(name="Ada"), a_customer(name="Ida"), a_customer(), a_customer(name="Otto")
        await answered(ports, "of ida", twin)
        await added(ports, ada, bob, other, an_address(twin))
        of_ada, of_bob = await merged(ports, ada, twin), await merged(ports, bob, other)
        assert [one.customer.name for one in await reader(ports).merged(ada.id)] == ["Ida"]
        async with ports.units(CALLER) as uow:
            ada = await uow.customers.get(ada.id)
            uow.people.erase([erased(ada)])
            await uow.commit()
        with pytest.raises(Erased):
            await ports.customers.get(twin.id)
        with pytest.raises(MergedAway):
            await ports.customers.get(other.id)
        (left,) = await reader(ports).merged(ada.id)
        forgotten, event = of_ada.forget(at=LATER, by="bob")
        assert left == MergedRead.of(forgotten)
        assert (left.customer.name, left.merge.undoable, left.groups) == (None, False, [])
        assert await reader(ports).merged(bob.id) == [MergedRead.of(of_bob)]
        assert ports.keys is not None
        assert await ports.keys.find("bob", "of ida", at=MORNING) is None
        assert ports.events is not None
        assert [one.event for one in await ports.events()] == [event]

    @pytest.mark.needs("tells_history")
    async def test_a_copy_of_whom_it_was_merged_with_is_told_to_forget(self, ports: StorePorts) -> None:
        ada, twin = a_customer(name="Ada"), a_customer(name="Ida")
        await added(ports, ada, twin)
        await merged(ports, ada, twin)
        before = await told_customers(ports)
        assert (before[twin.id].details.name, before[twin.id].lifecycle.version) == ("Ida", 2)
        async with ports.units(CALLER) as uow:
            uow.people.erase([erased(await uow.customers.get(ada.id))])
            await uow.commit()
        after = await told_customers(ports)
        for one in (ada, twin):
            assert (after[one.id].details, after[one.id].erased_at) == (NOBODY, LATER)
            assert after[one.id].lifecycle.version == before[one.id].lifecycle.version + 1

    async def test_what_was_bought_stays(self, ports: StorePorts) -> None:
        ada = a_customer()
        order, back = an_order(customer=ada), a_lone_return(customer=ada)
        await added(ports, ada, order, back)
        await erase(ports, ada)
        assert ports.orders is not None
        assert ports.returns is not None
        assert (await ports.orders.get(order.id)).customer_id == ada.id
        assert (await ports.returns.get(back.id)).customer_id == ada.id

    async def test_many_go_at_once(self, ports: StorePorts) -> None:
        customers = [a_customer(email=f"{n}@example.org") for n in range(5)]
        await added(ports, *customers, *map(an_address, customers))
        await erase(ports, *customers[1:])
        assert [one.id for one in await walked(CUSTOMER_LIST, ports.customers.list)] == [customers[0].id]
        async with ports.units(CALLER) as uow:
            assert [len((await uow.addresses.of(one.id)).addresses) for one in customers] == [1, 0, 0, 0, 0]

    async def test_none_changes_nothing(self, ports: StorePorts) -> None:
        await added(ports, a_customer())
        before = await ports.watermark()
        await erase(ports)
        assert await ports.watermark() == before


@pytest.mark.needs("writes", "transactions")
class TestRaces:
    async def test_another_version_by_now_is_a_conflict_and_all_is_kept(self, ports: StorePorts) -> None:
        ada, bob = a_customer(name="Ada"), a_customer(name="Bob")
        await added(ports, ada, bob, an_address(ada), an_address(bob))
        async with ports.units(CALLER) as uow:
            uow.customers.save(ada.delete(at=LATER, by="eve")[0])
            await uow.commit()
        with pytest.raises(Conflict):
            await erase(ports, bob, ada)
        async with ports.units(CALLER) as uow:
            assert len((await uow.addresses.of(bob.id)).addresses) == 1
        assert (await ports.customers.get(bob.id)).name == "Bob"
        with pytest.raises(Conflict):
            await erase(ports, bob, bob)

    @pytest.mark.parametrize("belonging", ["review", "membership", "address", "consent"])
    async def test_what_comes_too_late_is_refused(self, ports: StorePorts, belonging: str) -> None:
        ada, book, group = a_customer(), a_book(), a_group()
        await added(ports, ada, book, group)
        late: dict[str, Callable[[], Awaitable[None]]] = {
            "review": lambda: added(ports, a_review(book, ada)),
            "membership": lambda: joined(ports, group, ada),
            "address": lambda: added(ports, an_address(ada)),
            "consent": lambda: added(ports, an_entry(ada)),
        }
        await erase(ports, ada)
        with pytest.raises(Conflict):
            await late[belonging]()
        if belonging == "review":
            with pytest.raises(Conflict):
                async with ports.units(CALLER) as uow:
                    for number in (5, 6):
                        uow.reviews.add(a_review(a_book(number=number), ada))
                    await uow.commit()

    async def test_what_comes_at_the_same_time_is_refused_or_goes_along(
        self, case: StoreCase, ports: StorePorts
    ) -> None:
        for number in range(20 if case.remote else 2):
            ada, book, group = a_customer(), a_book(number=number), a_group(f"group {number}")
            await added(ports, ada, book, group)
            review = a_review(book, ada, text="My words")
            outcomes = await asyncio.gather(
                erase(ports, ada),
                added(ports, review),
                joined(ports, group, ada),
                added(ports, an_address(ada)),
                return_exceptions=True,
            )
            assert outcomes[0] is None
            assert all(one is None or isinstance(one, Conflict) for one in outcomes), outcomes
            assert ports.reviews is not None
            if outcomes[1] is None:
                assert (await ports.reviews.get(review.id)).text is None
            assert await reader(ports).memberships(ada.id) == []
            async with ports.units(CALLER) as uow:
                assert (await uow.addresses.of(ada.id)).addresses == ()

    async def test_a_customer_and_its_review_may_come_in_one_unit(self, ports: StorePorts) -> None:
        ada, book = a_customer(), a_book()
        review = a_review(book, ada)
        async with ports.units(CALLER) as uow:
            uow.customers.add(ada)
            uow.books.add(book)
            uow.reviews.add(review)
            await uow.commit()
        assert ports.reviews is not None
        assert (await ports.reviews.get(review.id)).customer_id == ada.id


@pytest.mark.needs("writes")
class TestDue:
    async def test_the_longest_deleted_come_first_and_none_too_early(self, ports: StorePorts) -> None:
        late, early, now = (deleted(a_customer(), after=n) for n in (3, 1, 4))
        twin = deleted(a_customer(), after=3)
        gone = erased(deleted(a_customer(), after=2))
        await added(ports, late, early, now, twin, gone, a_customer())
        before = MORNING + minutes(4)
        async with ports.units(CALLER) as uow:
            assert await uow.people.due(before, 10) == [early, *sorted([late, twin], key=lambda one: one.id)]
            assert await uow.people.due(before, 1) == [early]
            assert await uow.people.due(MORNING, 10) == []
            assert await uow.people.due(before + timedelta(microseconds=1), 10) == [
                early,
                *sorted([late, twin], key=lambda one: one.id),
                now,
            ]
        assert await reader(ports).count_due(before) == 3
        assert await reader(ports).count_due(MORNING) == 0


@pytest.mark.needs("writes")
class TestReading:
    async def test_groups_come_in_the_order_of_joining(self, ports: StorePorts) -> None:
        ada, bob, first, second = a_customer(), a_customer(), a_group("One"), a_group("Two")
        await added(ports, ada, bob, first, second)
        await joined(ports, second, ada, after=1)
        await joined(ports, first, ada, bob, after=2)
        async with ports.units(CALLER) as uow:
            uow.groups.save(second.delete(at=LATER, by="bob")[0])
            await uow.commit()
        assert await reader(ports).memberships(ada.id) == [
            MembershipRead(group_id=second.id, name="Two", added_at=MORNING + minutes(1), added_by="eve"),
            MembershipRead(group_id=first.id, name="One", added_at=MORNING + minutes(2), added_by="eve"),
        ]
        assert await reader(ports).memberships(new_id()) == []

    async def test_snapshots_come_in_the_order_of_taking(self, ports: StorePorts) -> None:
        ada, bob, segment = a_customer(), a_customer(), a_segment()
        await added(ports, ada, bob, segment)
        later, earlier = [await captured(ports, segment, ada, bob, after=n) for n in (2, 1)]
        await captured(ports, segment, bob, after=3)
        assert await reader(ports).snapshots(ada.id) == [
            SnapshotMembershipRead(
                snapshot_id=one.id, segment_id=segment.id, rule=one.rule, created_at=one.lifecycle.created_at
            )
            for one in (earlier, later)
        ]

    async def test_events_are_found_by_their_things_and_by_whom_they_name(self, ports: StorePorts) -> None:
        ada, bob = a_customer(), a_customer()
        group = a_group()
        _, registered = Customer.register(ada.id, ada.details, at=MORNING, by="ada")
        _, renamed = bob.delete(at=LATER, by="bob")
        _, admitted = group.admit(ada.id, at=LATER, by="bob")
        async with ports.units(CALLER) as uow:
            for one in (ada, bob):
                uow.customers.add(one)
            uow.record(registered, renamed, admitted)
            await uow.commit()
        of_both = await reader(ports).events_of([bob.id, ada.id, new_id()])
        assert [(one.type, one.aggregate_id) for one in of_both] == [
            ("customer.created", ada.id),
            ("customer.deleted", bob.id),
        ]
        assert [one.position for one in of_both] == sorted(one.position for one in of_both)
        (naming,) = await reader(ports).events_naming([ada.id, new_id()])
        assert (naming.type, naming.aggregate_id, naming.request_id) == ("group.joined", group.id, "req-7")
        assert naming.data == {"customer_id": str(ada.id)}
        assert await reader(ports).events_of([]) == []
        assert await reader(ports).events_naming([bob.id]) == []

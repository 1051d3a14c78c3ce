from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.caller import Caller
from application.customers.models import CustomerRead
from application.errors import Conflict, NotFound
from application.ports.segments import SegmentNameExists, SegmentReader
from application.segments.models import (
    SEGMENT_LIST,
    SEGMENT_MEMBER_LIST,
    SNAPSHOT_LIST,
    SNAPSHOT_MEMBER_LIST,
    SegmentRead,
    SnapshotRead,
)
from domain.customers.customer import Customer
from domain.customers.segment import Segment, SegmentDetails, Snapshot
from domain.customers.segment_parser import parse_rule
from domain.customers.segment_rule import Rule, matches, rule_text
from domain.shared.ids import CustomerId, SegmentId, SnapshotId
from tests.support.belongings import register_of
from tests.support.builders import MORNING, a_customer, a_line, an_order, minutes, new_id
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.lists import asked, walked
from tests.support.rules import Shopper, rules, shoppers, told_of
from tests.support.store_case import StoreCase, StorePorts

CALLER = Caller("bob")
LATER = MORNING + minutes(5)

pytestmark = pytest.mark.needs("writes")


def reader(ports: StorePorts) -> SegmentReader:
    assert ports.segments is not None
    return ports.segments


def a_segment(
    name: str = "Loyal", rule: str = "orders >= 3", *, description: str | None = None, after: int = 0
) -> Segment:
    details = SegmentDetails(name=name, description=description, rule=parse_rule(rule))
    return Segment.define(SegmentId(new_id()), details, at=MORNING + minutes(after), by="ada")[0]


def a_snapshot(segment: Segment, *members: Customer, after: int = 0) -> Snapshot:
    ids = [one.id for one in members]
    return segment.capture(SnapshotId(new_id()), ids, at=MORNING + minutes(after), by="ada")[0]


async def added(ports: StorePorts, *things: Segment | Customer | Snapshot) -> None:
    async with ports.units(CALLER) as uow:
        for one in things:
            if isinstance(one, Segment):
                uow.segments.add(one)
            elif isinstance(one, Snapshot):
                uow.segments.add_snapshot(one)
            else:
                uow.customers.add(one)
        await uow.commit()


async def saved(ports: StorePorts, segment: Segment) -> Segment:
    async with ports.units(CALLER) as uow:
        kept = uow.segments.save(segment)
        await uow.commit()
    return kept


async def loaded(ports: StorePorts, people: Sequence[Shopper]) -> None:
    async with ports.units(CALLER) as uow:
        uow.customers.add_many(one.customer for one in people)
        uow.orders.add_many(order for one in people for order in one.orders)
        uow.returns.add_many(back for one in people for back in one.returns)
        await uow.commit()
    async with ports.units(CALLER) as uow:
        for one in people:
            if one.consents and not one.customer.lifecycle.deleted:
                uow.consents.save(register_of(one.customer), register_of(one.customer, *one.consents))
        await uow.commit()


async def members(ports: StorePorts, rule: str | Rule, **parameters: str) -> list[CustomerRead]:
    parsed = parse_rule(rule) if isinstance(rule, str) else rule
    return await walked(SEGMENT_MEMBER_LIST, lambda listing: reader(ports).members(parsed, listing), **parameters)


async def found(ports: StorePorts, rule: Rule, limit: int = 100) -> list[CustomerId]:
    async with ports.units(CALLER) as uow:
        return [*await uow.segments.found(rule, limit)]


class TestSegments:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts) -> None:
        full = a_segment("Ünal's; own", r'tag = "a\"b\\" or not (has email and spent[EUR] > 9.99)', description="x")
        bare = a_segment("x")
        await added(ports, full, bare)
        for one in (full, bare):
            assert await reader(ports).get(one.id) == SegmentRead.of(one)
            async with ports.units(CALLER) as uow:
                assert await uow.segments.get(one.id) == one

    async def test_a_save_gives_the_next_version_and_an_old_one_is_a_conflict(self, ports: StorePorts) -> None:
        segment = a_segment(description="x")
        await added(ports, segment)
        details = SegmentDetails(name="New", rule=parse_rule("has tag"))
        kept = await saved(ports, segment.edit(details, at=LATER, by="bob")[0])
        assert await reader(ports).get(segment.id) == SegmentRead.of(kept)
        with pytest.raises(Conflict):
            await saved(ports, segment.delete(at=LATER, by="bob")[0])

    async def test_what_is_not_there_or_deleted_is_not_found(self, ports: StorePorts) -> None:
        segment = a_segment()
        await added(ports, segment)
        gone = await saved(ports, segment.delete(at=LATER, by="bob")[0])
        for one in (segment.id, new_id()):
            with pytest.raises(NotFound):
                await reader(ports).get(one)
        assert await reader(ports).get(segment.id, include_deleted=True) == SegmentRead.of(gone)
        async with ports.units(CALLER) as uow:
            assert await uow.segments.get(segment.id) == gone
            with pytest.raises(NotFound):
                await uow.segments.get(SegmentId(new_id()))

    @pytest.mark.needs("enforces_unique")
    async def test_a_name_is_of_one_living_segment(self, ports: StorePorts) -> None:
        segment = a_segment()
        await added(ports, segment)
        with pytest.raises(SegmentNameExists) as caught:
            await added(ports, a_segment())
        assert (caught.value.code, caught.value.field) == ("segment-name-exists", "/name")
        gone = await saved(ports, segment.delete(at=LATER, by="bob")[0])
        await added(ports, a_segment())
        with pytest.raises(SegmentNameExists):
            await saved(ports, gone.restore(at=LATER, by="bob")[0])

    async def test_lists(self, ports: StorePorts) -> None:
        segments = [a_segment(name, after=n) for n, name in enumerate(["b", "a", "c"])]
        await added(ports, *segments)
        await saved(ports, segments[2].delete(at=LATER, by="bob")[0])

        async def names(**parameters: str) -> str:
            return "".join([one.name for one in await walked(SEGMENT_LIST, reader(ports).list, **parameters)])

        assert await names() == "ab"
        assert await names(include_deleted="true", sort="name") == "abc"
        assert await names(name="b") == "b"
        assert await names(updated_at__lte="2026-03-01T09:00:00Z") == "b"


class TestMembers:
    async def test_they_come_in_the_order_asked_for_with_a_total(self, ports: StorePorts) -> None:
        names = ["b", None, "a", "c"]
        people = [a_customer(name=one, reference=f"K-{n}", tags=["x"]) for n, one in enumerate(names)]
        await added(ports, *people, a_customer(name="z"))
        assert [one.id for one in await members(ports, "has tag")] == [one.id for one in reversed(people)]
        assert [one.name for one in await members(ports, "has tag", sort="name")] == [None, "a", "b", "c"]
        rule = parse_rule("has tag")
        page = await asked(
            SEGMENT_MEMBER_LIST, lambda listing: reader(ports).members(rule, listing), limit="1", include="total"
        )
        assert (len(page.data), page.total, page.has_more) == (1, 4, True)

    async def test_those_found_are_limited_and_in_the_order_of_their_ids(self, ports: StorePorts) -> None:
        people = [a_customer() for _ in range(4)]
        await added(ports, *reversed(people))
        assert await found(ports, parse_rule("orders = 0"), 3) == [one.id for one in people[:3]]

    async def test_sums_are_exact_at_their_limits(self, ports: StorePorts) -> None:
        customer = a_customer()
        most = [an_order(a_line(unit_price="9999999999999.9999"), customer=customer) for _ in range(3)]
        await loaded(ports, [Shopper(customer, tuple(most), ())])
        for rule, expected in (
            ("spent[EUR] > 10000000000000", 1),
            ("spent[EUR] = 9999999999999.9999", 0),
            ("orders = 3 and spent[JPY] = 0 and not spent[EUR] <= -10000000000000", 1),
        ):
            assert len(await members(ports, rule)) == expected, rule

    async def test_a_text_of_a_rule_is_only_ever_a_value(self, ports: StorePorts) -> None:
        await added(ports, a_customer(tags=["' OR true --"]), a_customer(metadata={"'; --": "$1"}))
        assert len(await members(ports, 'tag = "\' OR true --"')) == 1
        assert len(await members(ports, 'metadata."\'; --" = "$1"')) == 1
        assert await members(ports, "tag = \"' OR '1' = '1\"") == []

    @settings(
        max_examples=how_many_histories(80),
        deadline=None,
        derandomize=not drawn_anew(),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(people=shoppers, drawn=st.lists(rules, min_size=4, max_size=8))
    async def test_every_store_finds_whom_the_rule_says(
        self, case: StoreCase, server: Any, people: list[Shopper], drawn: list[Rule]
    ) -> None:
        async with case.open(server) as ports:
            await loaded(ports, people)
            for rule in drawn:
                belong = [
                    one.customer for one in people if not one.customer.lifecycle.deleted and matches(rule, told_of(one))
                ]
                newest = sorted(belong, key=lambda one: (one.lifecycle.created_at, one.id), reverse=True)
                assert [one.id for one in await members(ports, rule)] == [one.id for one in newest], rule_text(rule)
                assert await found(ports, rule) == sorted(one.id for one in belong), rule_text(rule)


class TestSnapshots:
    async def test_they_keep_who_was_found_whatever_happens_later(self, ports: StorePorts) -> None:
        segment, people = a_segment(), [a_customer(name=name) for name in "cab"]
        await added(ports, segment, *people)
        snapshot = a_snapshot(segment, *people[:2])
        await added(ports, snapshot)
        assert await reader(ports).snapshot(snapshot.id) == SnapshotRead.of(snapshot)
        assert (snapshot.member_count, snapshot.rule) == (2, "orders >= 3")

        async def captured(**parameters: str) -> list[str | None]:
            given = {"snapshot_id": str(snapshot.id), **parameters}
            return [one.name for one in await walked(SNAPSHOT_MEMBER_LIST, reader(ports).snapshot_members, **given)]

        assert await captured(sort="name") == ["a", "c"]
        async with ports.units(CALLER) as uow:
            uow.customers.save(people[0].delete(at=LATER, by="bob")[0])
            await uow.commit()
        assert await captured() == ["a"]
        assert await captured(include_deleted="true", sort="-name", limit="1") == ["c", "a"]
        assert (await reader(ports).snapshot(snapshot.id)).member_count == 2

    async def test_they_may_be_of_nobody_and_are_listed_by_segment(self, ports: StorePorts) -> None:
        one, other = a_segment("a"), a_segment("b")
        taken = [a_snapshot(one, after=1), a_snapshot(one, after=2), a_snapshot(other, after=3)]
        await added(ports, one, other, *taken)
        mine = await walked(SNAPSHOT_LIST, reader(ports).snapshots, segment_id=str(one.id))
        assert mine == [SnapshotRead.of(taken[1]), SnapshotRead.of(taken[0])]
        every = await walked(SNAPSHOT_LIST, reader(ports).snapshots, sort="created_at")
        assert [each.id for each in every] == [each.id for each in taken]
        with pytest.raises(NotFound):
            await reader(ports).snapshot(new_id())

    @pytest.mark.needs("enforces_references")
    async def test_of_whom_or_what_is_not_there_is_a_conflict(self, ports: StorePorts) -> None:
        segment, customer = a_segment(), a_customer()
        await added(ports, segment, customer)
        for snapshot in (a_snapshot(a_segment("x"), customer), a_snapshot(segment, customer, a_customer())):
            with pytest.raises(Conflict):
                await added(ports, snapshot)
        assert await walked(SNAPSHOT_LIST, reader(ports).snapshots) == []

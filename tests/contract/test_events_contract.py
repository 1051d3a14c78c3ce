"""What application/ports/events.py promises."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import pytest

from application.caller import Caller
from application.errors import BadQuery
from application.events.models import EVENT_LIST, HISTORY_LIST, EventRead
from application.listing import listed, read_listing
from application.ports.books import IsbnExists
from application.ports.events import EventReader
from domain.shared.events import Event
from tests.support.builders import MORNING, a_book, a_customer, minutes, new_id
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("writes")

CALLER = Caller("bob", "req-1")
THIS, OTHER = new_id(), new_id()


@pytest.fixture
def reader(ports: StorePorts) -> EventReader:
    assert ports.event_reader is not None, "a store that takes changes tells their events"
    return ports.event_reader


def an_event(kind: str, aggregate_id: UUID = THIS, version: int = 1, at: datetime = MORNING) -> Event:
    return Event(
        type=kind, aggregate_id=aggregate_id, version=version, at=at, by="bob", changed=("title",), data={"lines": 2}
    )


async def recorded(ports: StorePorts, *events: Event, caller: Caller = CALLER) -> None:
    async with ports.units(caller) as uow:
        uow.record(*events)
        await uow.commit()


async def told(reader: EventReader, **asked: str) -> Sequence[EventRead]:
    pairs = [(name.replace("__", "[") + ("]" if "__" in name else ""), text) for name, text in asked.items()]
    return (await reader.list(read_listing(EVENT_LIST, pairs))).items


async def history(reader: EventReader, of: UUID, **asked: str) -> Sequence[EventRead]:
    pairs = [("aggregate_id", str(of)), *asked.items()]
    return (await reader.history(read_listing(HISTORY_LIST, pairs))).items


async def three(ports: StorePorts) -> None:
    """Two changes of one book and one of a customer, each a minute after the one before."""
    await recorded(ports, an_event("book.created"))
    await recorded(ports, an_event("customer.created", OTHER, at=MORNING + minutes(1)), caller=Caller("eve"))
    await recorded(ports, an_event("book.updated", version=2, at=MORNING + minutes(2)))


class TestList:
    async def test_an_event_is_told_as_it_was_recorded(self, ports: StorePorts, reader: EventReader) -> None:
        await recorded(ports, an_event("book.created"))
        (event,) = await told(reader)
        assert event == EventRead.of(an_event("book.created"), "req-1", position=event.position, sequence=1)
        assert (event.aggregate, event.changed, event.data) == ("book", ["title"], {"lines": 2})

    async def test_without_events_there_is_an_empty_page(self, reader: EventReader) -> None:
        page = await reader.list(read_listing(EVENT_LIST, [("include", "total")]))
        assert (list(page.items), page.has_more, page.total) == ([], False, 0)

    async def test_sequences_count_from_one_without_gaps_and_stay(self, ports: StorePorts, reader: EventReader) -> None:
        await three(ports)
        first = await told(reader)
        assert [(one.sequence, one.type) for one in first] == [
            (1, "book.created"),
            (2, "customer.created"),
            (3, "book.updated"),
        ]
        await recorded(ports, an_event("book.deleted", version=3), an_event("book.restored", version=4))
        assert list((await told(reader))[:3]) == list(first)
        assert [one.sequence for one in await told(reader)] == [1, 2, 3, 4, 5]

    @pytest.mark.needs("transactions", "enforces_unique")
    async def test_a_unit_that_fails_leaves_no_gap(self, ports: StorePorts, reader: EventReader) -> None:
        for number in (1, 1, 2):
            book = a_book(number=number)
            with suppress(IsbnExists):
                async with ports.units(CALLER) as uow:
                    uow.books.add(book)
                    uow.record(an_event("book.created", book.id))
                    await uow.commit()
        assert [one.sequence for one in await told(reader)] == [1, 2]

    async def test_who_goes_on_from_the_last_sequence_gets_what_came_since(
        self, ports: StorePorts, reader: EventReader
    ) -> None:
        await three(ports)
        assert [one.sequence for one in await told(reader, sequence__gt="2")] == [3]
        assert list(await told(reader, sequence__gt="3")) == []
        await recorded(ports, an_event("book.deleted", version=3))
        assert [one.type for one in await told(reader, sequence__gt="3")] == ["book.deleted"]
        assert list(await told(reader, sequence__gt=str(2**63 - 1))) == []

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"aggregate": "book"}, [1, 3]),
            ({"aggregate": "books"}, []),
            ({"aggregate_id": str(OTHER)}, [2]),
            ({"type": "book.updated"}, [3]),
            ({"type": "book"}, []),
            ({"at": "2026-03-01T09:01:00Z"}, [2]),
            ({"at__gte": "2026-03-01T09:01:00Z"}, [2, 3]),
            ({"at__gt": "2026-03-01T10:01:00+01:00"}, [3]),
            ({"at__lte": "2026-03-01T09:01:00Z"}, [1, 2]),
            ({"at__lt": "2026-03-01T09:01:00Z", "aggregate": "book"}, [1]),
            ({"sequence": "2"}, [2]),
            ({"sequence__gte": "2", "sequence__lt": "3"}, [2]),
            ({"sort": "-sequence"}, [3, 2, 1]),
            ({"sort": "-sequence", "limit": "2", "aggregate": "book"}, [3, 1]),
        ],
    )
    async def test_filters_and_sorts(
        self, ports: StorePorts, reader: EventReader, asked: dict[str, str], expected: list[int]
    ) -> None:
        await three(ports)
        assert [one.sequence for one in await told(reader, **asked)] == expected

    @pytest.mark.parametrize("sort", ["sequence", "-sequence"])
    async def test_pages_are_whole(self, ports: StorePorts, reader: EventReader, sort: str) -> None:
        await recorded(ports, *(an_event("book.updated", version=number) for number in range(1, 26)))
        found: list[int | None] = []
        cursor: str | None = None
        while True:
            pairs = [("sort", sort), ("limit", "7"), ("include", "total"), *([("cursor", cursor)] if cursor else [])]
            asked = read_listing(EVENT_LIST, pairs)
            page = listed(EVENT_LIST, asked, await reader.list(asked))
            found += [one.sequence for one in page.data]
            assert page.total == 25
            assert page.has_more == (page.next_cursor is not None)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == (list(range(1, 26)) if sort == "sequence" else list(range(25, 0, -1)))

    async def test_none_is_missed_and_none_told_twice_while_others_write(
        self, ports: StorePorts, reader: EventReader
    ) -> None:
        writers = 8
        each = 12
        books = [new_id() for _ in range(writers)]

        async def write(book: UUID) -> None:
            for version in range(1, each + 1):
                await recorded(ports, an_event("book.updated", book, version))

        async def follow() -> list[EventRead]:
            seen: list[EventRead] = []
            while len(seen) < writers * each:
                last = seen[-1].sequence if seen else 0
                page = await told(reader, sequence__gt=str(last), limit="5")
                seen += page
                await asyncio.sleep(0)
            return seen

        async with asyncio.timeout(30):
            _, (seen, also_seen) = await asyncio.gather(
                asyncio.gather(*(write(book) for book in books)), asyncio.gather(follow(), follow())
            )
        assert seen == also_seen
        assert [one.sequence for one in seen] == list(range(1, writers * each + 1))
        for book in books:
            assert [one.version for one in seen if one.aggregate_id == book] == list(range(1, each + 1))


class TestHistory:
    async def test_it_is_of_one_thing_the_latest_first(self, ports: StorePorts, reader: EventReader) -> None:
        await three(ports)
        assert [one.type for one in await history(reader, THIS)] == ["book.updated", "book.created"]
        assert [one.type for one in await history(reader, OTHER)] == ["customer.created"]
        assert list(await history(reader, new_id())) == []
        assert [one.version for one in await history(reader, THIS, sort="position")] == [1, 2]
        assert [one.type for one in await history(reader, THIS, type="book.created")] == ["book.created"]

    async def test_it_is_there_at_once_and_numbered_once_the_list_was_asked_for(
        self, ports: StorePorts, reader: EventReader
    ) -> None:
        await three(ports)
        before = await history(reader, THIS)
        assert {one.sequence for one in before} <= {None, 1, 3}
        await told(reader)
        assert [one.sequence for one in await history(reader, THIS)] == [3, 1]
        assert [one.position for one in await history(reader, THIS)] == [one.position for one in before]

    async def test_it_has_pages(self, ports: StorePorts, reader: EventReader) -> None:
        await recorded(ports, *(an_event("book.updated", version=number) for number in range(1, 6)))
        asked = read_listing(HISTORY_LIST, [("aggregate_id", str(THIS)), ("limit", "3")])
        first = listed(HISTORY_LIST, asked, await reader.history(asked))
        assert [one.version for one in first.data] == [5, 4, 3]
        assert first.next_cursor is not None
        asked = read_listing(HISTORY_LIST, [("aggregate_id", str(THIS)), ("limit", "3"), ("cursor", first.next_cursor)])
        rest = listed(HISTORY_LIST, asked, await reader.history(asked))
        assert ([one.version for one in rest.data], rest.has_more) == ([2, 1], False)

    async def test_what_a_use_case_does_is_in_it(self, ports: StorePorts, reader: EventReader) -> None:
        customer = a_customer(email="ada@example.org")
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            _, event = customer.delete(at=MORNING, by="bob")
            uow.record(event)
            await uow.commit()
        (told_of,) = await history(reader, customer.id)
        assert (told_of.type, told_of.by, told_of.request_id) == ("customer.deleted", "bob", "req-1")


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "", str(2**63), "9" * 30, "²"])
async def test_a_sequence_is_a_whole_number_that_a_store_can_hold(text: str) -> None:
    with pytest.raises(BadQuery):
        read_listing(EVENT_LIST, [("sequence[gt]", text)])

"""What application/ports/idempotency.py promises."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from application.books.models import BookResponse
from application.caller import Caller, Claim
from application.customers.models import CustomerRead
from application.errors import Conflict
from application.listing import Listing
from application.orders.models import OrderRead
from application.ports.idempotency import KEPT_FOR, IdempotencyKeys, Kept, KeyInUse, people
from domain.books.book import Book
from domain.shared.events import Event
from tests.support.builders import MORNING, a_book, a_customer, a_line, an_order, minutes
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("writes")

LAST_MOMENT = MORNING + KEPT_FOR - timedelta(microseconds=1)
FINGERPRINT = bytes(range(32))


def claiming(key: str, *, at: datetime = MORNING, actor: str = "bob", fingerprint: bytes = FINGERPRINT) -> Caller:
    return Caller(actor, "req-1", Claim(key=key, fingerprint=fingerprint, at=at, reply=msgspec.json.encode))


@pytest.fixture
def keys(ports: StorePorts) -> IdempotencyKeys:
    assert ports.keys is not None, "a store that takes changes keeps their answers"
    return ports.keys


async def added(ports: StorePorts, caller: Caller, book: Book | None = None) -> bytes:
    """Adds a book and returns the answer."""
    book = book or a_book()
    answer = BookResponse.of(book)
    async with ports.units(caller) as uow:
        uow.books.add(book)
        uow.record(Event(type="book.created", aggregate_id=book.id, version=1, at=MORNING, by=caller.actor))
        await uow.commit(answer)
    return msgspec.json.encode(answer)


async def books(ports: StorePorts) -> int:
    """How many there are."""
    total = (await ports.books.list(Listing(count=True))).total
    assert total is not None
    return total


class TestKeeping:
    async def test_an_answer_is_found_by_its_actor_and_key_from_its_commit_on(
        self, ports: StorePorts, keys: IdempotencyKeys
    ) -> None:
        assert await keys.find("bob", "k", at=MORNING) is None
        answer = await added(ports, claiming("k"))
        assert await keys.find("bob", "k", at=MORNING) == Kept(fingerprint=FINGERPRINT, reply=answer)
        assert await keys.find("eve", "k", at=MORNING) is None, "a key belongs to who sent it"
        assert await keys.find("bob", "K", at=MORNING) is None
        other = await added(ports, claiming("k", actor="eve"))
        assert other != answer
        assert await keys.find("eve", "k", at=MORNING) == Kept(fingerprint=FINGERPRINT, reply=other)

    @pytest.mark.parametrize("key", ["k" * 255, 'it\'s "quoted" \\ {,}', " ", "%s $1 :key"])
    async def test_a_key_may_be_any_printable_text(self, ports: StorePorts, keys: IdempotencyKeys, key: str) -> None:
        answer = await added(ports, claiming(key))
        assert await keys.find("bob", key, at=MORNING) == Kept(fingerprint=FINGERPRINT, reply=answer)

    async def test_what_is_not_committed_is_not_kept(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        async with ports.units(claiming("k")) as uow:
            uow.books.add(a_book())
        assert await keys.find("bob", "k", at=MORNING) is None

    async def test_a_commit_of_nothing_claims_nothing(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        async with ports.units(claiming("k")) as uow:
            await uow.commit(BookResponse.of(a_book()))
        assert await keys.find("bob", "k", at=MORNING) is None

    async def test_an_answer_may_be_empty(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        async with ports.units(claiming("k")) as uow:
            uow.books.add(a_book())
            await uow.commit()
        assert await keys.find("bob", "k", at=MORNING) == Kept(fingerprint=FINGERPRINT, reply=b"null")

    async def test_without_a_claim_nothing_is_kept(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        await added(ports, Caller("bob", "req-1"))
        assert await keys.forget_expired(at=datetime.max.replace(tzinfo=MORNING.tzinfo)) == 0


async def events(ports: StorePorts) -> int:
    """How many there are."""
    assert ports.events is not None
    return len(await ports.events())


@pytest.mark.needs("transactions")
class TestOneEffect:
    async def test_a_second_commit_under_a_key_keeps_nothing(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        answer = await added(ports, claiming("k"))
        for fingerprint in (FINGERPRINT, bytes(32)):
            with pytest.raises(KeyInUse):
                await added(ports, claiming("k", at=LAST_MOMENT, fingerprint=fingerprint))
        assert await events(ports) == 1
        assert await keys.find("bob", "k", at=MORNING) == Kept(fingerprint=FINGERPRINT, reply=answer)

    async def test_a_save_that_lost_its_race_keeps_no_answer(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        book = a_book()
        await added(ports, Caller("bob"), book)
        edited = book.delete(at=MORNING, by="bob")[0]
        async with ports.units(Caller("bob")) as first:
            first.books.save(edited)
            await first.commit()
        async with ports.units(claiming("k")) as second:
            second.books.save(edited)
            with pytest.raises(Conflict, match="somebody else changed") as raised:
                await second.commit()
        assert not isinstance(raised.value, KeyInUse)
        assert await keys.find("bob", "k", at=MORNING) is None

    async def test_a_save_is_claimed_with_what_comes_along(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        book = a_book()
        await added(ports, Caller("bob"), book)
        async with ports.units(claiming("k")) as uow:
            saved = uow.books.save(book.delete(at=MORNING, by="bob")[0])
            await uow.commit(BookResponse.of(saved))
        kept = await keys.find("bob", "k", at=MORNING)
        assert kept is not None
        assert msgspec.json.decode(kept.reply)["version"] == 2
        with pytest.raises(KeyInUse):
            async with ports.units(claiming("k")) as uow:
                uow.books.save(saved.restore(at=MORNING, by="bob")[0])
                await uow.commit(BookResponse.of(saved))
        assert (await ports.books.get(book.id, include_deleted=True)).version == 2

    async def test_several_saves_are_claimed_as_one(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        some = [a_book(), a_book()]
        async with ports.units(Caller("bob")) as uow:
            uow.books.add_many(some)
            await uow.commit()
        async with ports.units(claiming("k")) as uow:
            gone = [uow.books.save(one.delete(at=MORNING, by="bob")[0]) for one in some]
            await uow.commit(BookResponse.of(gone[0]))
        assert await keys.find("bob", "k", at=MORNING) is not None
        with pytest.raises(KeyInUse):
            async with ports.units(claiming("k")) as uow:
                for one in gone:
                    uow.books.save(one.restore(at=MORNING, by="bob")[0])
                await uow.commit()
        assert [(await ports.books.get(one.id, include_deleted=True)).version for one in some] == [2, 2]

    async def test_of_many_at_once_one_is_kept(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        outcomes = await asyncio.gather(
            *(added(ports, claiming("k"), a_book()) for _ in range(20)), return_exceptions=True
        )
        (answer,) = [one for one in outcomes if isinstance(one, bytes)]
        assert sum(isinstance(one, KeyInUse) for one in outcomes) == 19
        assert await books(ports) == 1
        assert await keys.find("bob", "k", at=MORNING) == Kept(fingerprint=FINGERPRINT, reply=answer)
        assert await events(ports) == 1

    async def test_the_key_is_asked_for_before_what_else_is_unique(self, ports: StorePorts) -> None:
        book = a_book(number=7)
        again = [a_book(number=7) for _ in range(20)]
        outcomes = await asyncio.gather(
            *(added(ports, claiming("k"), one) for one in (book, *again)), return_exceptions=True
        )
        assert sum(isinstance(one, bytes) for one in outcomes) == 1
        assert sum(isinstance(one, KeyInUse) for one in outcomes) == 20


class TestExpiry:
    async def test_an_answer_is_kept_for_a_day(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        await added(ports, claiming("k"))
        assert await keys.find("bob", "k", at=LAST_MOMENT) is not None
        assert await keys.find("bob", "k", at=MORNING + KEPT_FOR) is None

    async def test_what_has_expired_is_overwritten(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        await added(ports, claiming("k"))
        later = MORNING + KEPT_FOR
        answer = await added(ports, claiming("k", at=later, fingerprint=bytes(32)))
        assert await keys.find("bob", "k", at=later) == Kept(fingerprint=bytes(32), reply=answer)
        assert await books(ports) == 2

    @pytest.mark.needs("transactions")
    async def test_of_many_at_once_one_overwrites(self, ports: StorePorts) -> None:
        await added(ports, claiming("k"))
        later = MORNING + KEPT_FOR
        outcomes = await asyncio.gather(
            *(added(ports, claiming("k", at=later)) for _ in range(10)), return_exceptions=True
        )
        assert sum(isinstance(one, bytes) for one in outcomes) == 1
        assert sum(isinstance(one, KeyInUse) for one in outcomes) == 9
        assert await books(ports) == 2

    async def test_what_has_expired_is_forgotten(self, ports: StorePorts, keys: IdempotencyKeys) -> None:
        await added(ports, claiming("old"))
        await added(ports, claiming("older", at=MORNING - minutes(1)))
        await added(ports, claiming("new", at=MORNING + minutes(1)))
        assert await keys.forget_expired(at=MORNING + KEPT_FOR) == 2
        assert await keys.forget_expired(at=MORNING + KEPT_FOR) == 0
        assert await keys.find("bob", "new", at=MORNING + minutes(1)) is not None


async def test_the_customers_of_an_answer_are_known() -> None:
    customer = a_customer()
    order = an_order(a_line(), customer=customer)
    assert people(None) == people(BookResponse.of(a_book())) == frozenset()
    assert people(CustomerRead.of(customer)) == {customer.id}
    assert people(OrderRead.of(order)) == {customer.id}

"""Requests that are sent again, as the service sees them."""

from datetime import timedelta

import msgspec
import pytest

from adapters.memory.idempotency import MemoryIdempotencyKeys
from adapters.memory.store import MemoryStore
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from application.books.models import BookResponse
from application.caller import Caller
from application.errors import OutcomeUnknown, Unavailable
from application.idempotency.service import Claiming, IdempotencyService
from application.ports.books import IsbnExists
from application.ports.idempotency import KEPT_FOR, IdempotencyKeys, Kept, KeyInUse, KeyReused
from tests.support.builders import a_book
from tests.support.clocks import SetClock

NOW = b"fingerprint"


class Requests:
    """A store, and requests to it that add a book and may then go wrong."""

    def __init__(self, keys: IdempotencyKeys | None = None) -> None:
        self.store = MemoryStore()
        self.clock = SetClock()
        self.service = IdempotencyService(keys=keys or MemoryIdempotencyKeys(self.store), clock=self.clock)
        self.asked = 0

    async def send(self, fingerprint: bytes = NOW, *, then: Exception | None = None) -> bytes | str:
        async def ask(claiming: Claiming) -> str:
            self.asked += 1
            book = a_book()
            async with MemoryUnitsOfWork(self.store)(Caller("bob", claim=claiming(msgspec.json.encode))) as uow:
                uow.books.add(book)
                await uow.commit(BookResponse.of(book))
            if then is not None:
                raise then
            return "made"

        return await self.service.once("bob", "k", fingerprint, ask)


async def test_the_second_is_not_asked() -> None:
    requests = Requests()
    assert await requests.send() == "made"
    again = await requests.send()
    assert isinstance(again, bytes)
    assert msgspec.json.decode(again)["title"] == "Middlemarch"
    assert requests.asked == len(requests.store.books) == 1


async def test_another_request_under_the_key_is_refused_before_it_is_asked() -> None:
    requests = Requests()
    await requests.send()
    with pytest.raises(KeyReused):
        await requests.send(b"other")
    assert requests.asked == 1


async def test_a_key_is_free_again_after_a_day() -> None:
    requests = Requests()
    await requests.send()
    requests.clock.at += KEPT_FOR - timedelta(seconds=1)
    assert isinstance(await requests.send(), bytes)
    requests.clock.at += timedelta(seconds=1)
    assert await requests.send(b"other") == "made"
    assert await requests.service.forget_expired() == 0, "it was overwritten"
    requests.clock.at += KEPT_FOR
    assert await requests.service.forget_expired() == 1


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), IsbnExists(), KeyInUse(), ZeroDivisionError()])
async def test_what_was_kept_is_the_answer_however_it_ended(error: Exception) -> None:
    requests = Requests()
    assert isinstance(await requests.send(then=error), bytes)


class FirstComesInBetween(MemoryIdempotencyKeys):
    """Keys of which the first look-up finds nothing, as when another request is just about to commit."""

    looked = 0

    async def find(self, actor: str, key: str, *, at: object) -> Kept | None:
        self.looked += 1
        return None if self.looked == 1 else Kept(fingerprint=NOW, reply=b"the first one's")


async def test_who_lost_the_race_is_told_what_the_first_was() -> None:
    requests = Requests(FirstComesInBetween(MemoryStore()))
    assert await requests.send(then=IsbnExists()) == b"the first one's"
    requests = Requests(FirstComesInBetween(MemoryStore()))
    with pytest.raises(KeyReused):
        await requests.send(b"other", then=IsbnExists())


class NothingKept(MemoryIdempotencyKeys):
    async def find(self, actor: str, key: str, *, at: object) -> Kept | None:
        return None


async def test_an_error_without_an_answer_goes_through() -> None:
    with pytest.raises(IsbnExists):
        await Requests(NothingKept(MemoryStore())).send(then=IsbnExists())


class AwayAfterwards(MemoryIdempotencyKeys):
    looked = 0

    async def find(self, actor: str, key: str, *, at: object) -> Kept | None:
        self.looked += 1
        if self.looked > 1:
            raise Unavailable("away")
        return None


async def test_the_first_error_is_told_when_the_store_is_away_afterwards() -> None:
    with pytest.raises(OutcomeUnknown):
        await Requests(AwayAfterwards(MemoryStore())).send(then=OutcomeUnknown("lost"))

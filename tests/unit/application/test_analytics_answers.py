"""Answers that are kept, shared, limited and given up: on a store in memory, with a clock that is set."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from adapters.memory.cache import MemoryCache
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from application.analytics.limits import Limits, QuestionTooLong, TooManyQuestions
from application.analytics.models import Answer
from application.analytics.reports import REPORTS
from application.analytics.service import AnalyticsService
from application.errors import BadQuery, Unavailable
from application.ports.purchases import PurchaseView, Told
from domain.analytics.segments import STANDARD, SegmentTable
from tests.support.answers import answer as answer_of
from tests.support.builders import a_customer, an_order
from tests.support.clocks import SetClock
from tests.support.definition import MODELS, AtOnce

Parameters = list[tuple[str, str]]
DAY: Parameters = [("as_of", "2027-01-01")]


class Watched:
    """A store in memory that counts what it is asked, and answers when `open` is set."""

    store = "memory"

    def __init__(self) -> None:
        self.rows = MemoryStore()
        self.facts = MemoryPurchaseFacts(self.rows)
        self.asked = self.cancelled = self.at_once = self.most = 0
        self.open = asyncio.Event()
        self.open.set()
        self.during: Callable[[], None] = lambda: None

    def sell(self, many: int = 1) -> None:
        changes = self.rows.begin()
        for _ in range(many):
            order = an_order(customer=a_customer())
            changes.orders.add(order)
        changes.apply()

    async def revision(self) -> str:
        return await self.facts.revision()

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        self.asked += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.open.wait()
            answer = await self.facts.read(question)
            self.during()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        else:
            return answer
        finally:
            self.at_once -= 1


class Desk:
    """A service on a watched store, with what its observer was told."""

    def __init__(
        self, limits: Limits | None = None, segments: SegmentTable = STANDARD, cache: MemoryCache | None = None
    ) -> None:
        self.store = Watched()
        self.clock = SetClock()
        self.told: list[tuple[str, str]] = []
        self.cache = cache or MemoryCache(entries=100, most_bytes=10**6, seconds=60)
        self.service = AnalyticsService(
            computation=AtOnce(),
            models=MODELS,
            facts=self.store,
            clock=self.clock,
            segments=segments,
            limits=limits or Limits(),
            cache=self.cache,
            observer=lambda *told: self.told.append(told),
        )

    async def orders(self, parameters: Parameters = DAY) -> int:
        return msgspec.to_builtins(await self.service.ask("summary", parameters))["data"]["orders"]  # type: ignore[no-any-return]  # a number

    @property
    def outcomes(self) -> list[str]:
        return [outcome for _, outcome in self.told]


async def begun(many: int, ask: Callable[[], Awaitable[int]]) -> list[asyncio.Task[int]]:
    async def asked() -> int:
        return await ask()

    tasks = [asyncio.create_task(asked()) for _ in range(many)]
    await asyncio.sleep(0.01)
    return tasks


class TestKeeping:
    async def test_the_same_question_of_the_same_rows_is_counted_once(self) -> None:
        desk = Desk()
        first = await desk.service.ask("summary", DAY)
        again = await desk.service.ask("summary", DAY)
        assert (desk.store.asked, desk.outcomes) == (1, ["counted", "cached"])
        assert again == first

    async def test_a_sale_makes_another_key(self) -> None:
        desk = Desk()
        for sold in range(3):
            assert await desk.orders() == sold
            desk.store.sell()
        assert desk.outcomes == ["counted"] * 3

    async def test_other_parameters_are_another_question(self) -> None:
        desk = Desk()
        for parameters in (DAY, [*DAY, ("tz", "Asia/Kathmandu")], [*DAY, ("lines", "paid")], [("as_of", "2027-01-02")]):
            await desk.orders(parameters)
        assert desk.outcomes == ["counted"] * 4

    async def test_the_day_on_which_it_is_asked_is_part_of_the_question(self) -> None:
        desk = Desk()
        await desk.service.ask("revenue", DAY)
        desk.clock.pass_by(minutes=24 * 60)
        await desk.service.ask("revenue", DAY)
        assert desk.outcomes == ["counted"] * 2

    async def test_so_is_the_table_of_segments(self) -> None:
        desk = Desk()
        await desk.service.ask("rfm", DAY)
        ours = SegmentTable.of("ours", {row.r: [f"our {one}" for one in row.segments] for row in STANDARD.rows})
        renamed = Desk(segments=ours, cache=desk.cache)
        renamed.store.rows.name = desk.store.rows.name
        await renamed.service.ask("rfm", DAY)
        assert renamed.outcomes == ["counted"]

    async def test_what_is_sold_while_it_is_counted_leaves_nothing_kept(self) -> None:
        desk = Desk()
        desk.store.during = desk.store.sell
        await desk.orders()
        assert desk.cache.size == (0, 0)

    async def test_what_names_customers_is_kept_by_nobody(self) -> None:
        desk = Desk()
        desk.store.sell(3)
        for _ in range(2):
            await desk.service.rfm_customers(DAY)
            await desk.service.ask("pareto", [*DAY, ("by", "customer")])
        assert (desk.outcomes, desk.cache.size) == (["counted"] * 4, (0, 0))

    async def test_a_refusal_is_not_kept(self) -> None:
        desk = Desk()
        changes = desk.store.rows.begin()
        for currency in ("EUR", "USD"):
            changes.orders.add(an_order(currency=currency))
        changes.apply()
        for _ in range(2):
            with pytest.raises(BadQuery, match="EUR, USD"):
                await desk.orders()
        assert (desk.outcomes, desk.cache.size) == (["bad-query"] * 2, (0, 0))

    async def test_what_another_version_has_kept_is_counted_anew(self) -> None:
        desk = Desk()
        await desk.orders()
        (key,) = desk.cache._kept
        await desk.cache.put(key, b"\x81\xa6report\x01")
        assert await desk.orders() == 0
        assert desk.outcomes == ["counted"] * 2

    @pytest.mark.parametrize("report", REPORTS)
    async def test_a_kept_answer_is_the_answer_to_the_byte(self, report: str) -> None:
        answer = await answer_of(report)
        kept = msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=REPORTS[report].answer)
        assert kept == answer
        assert msgspec.json.encode(kept) == msgspec.json.encode(answer)
        assert isinstance(kept, Answer)


class TestSharing:
    async def test_the_same_asked_at_once_is_counted_once(self) -> None:
        desk = Desk()
        desk.store.open.clear()
        waiting = await begun(5, desk.orders)
        desk.store.open.set()
        assert await asyncio.gather(*waiting) == [0] * 5
        assert (desk.store.asked, sorted(desk.outcomes)) == (1, ["counted", *["shared"] * 4])

    async def test_who_asks_after_a_sale_does_not_share_what_was_begun_before(self) -> None:
        desk = Desk()
        desk.store.open.clear()
        before = await begun(1, desk.orders)
        desk.store.sell()
        after = await begun(1, desk.orders)
        desk.store.open.set()
        await asyncio.gather(*before)
        assert await after[0] == 1

    async def test_the_last_who_goes_takes_the_question_along(self) -> None:
        desk = Desk()
        desk.store.open.clear()
        one, other = await begun(2, desk.orders)
        one.cancel()
        await asyncio.sleep(0.01)
        assert desk.store.cancelled == 0
        other.cancel()
        await asyncio.sleep(0.01)
        assert (desk.store.cancelled, desk.outcomes) == (1, ["cancelled"] * 2)


class TestLimits:
    async def test_no_more_are_asked_at_once_and_none_is_lost(self) -> None:
        desk = Desk(Limits(at_once=2, waiting=50))
        answers = [desk.orders([("as_of", f"2026-01-{day:02}")]) for day in range(1, 21)]
        assert await asyncio.gather(*answers) == [0] * 20
        assert (desk.store.asked, desk.store.most) == (20, 2)

    async def test_more_than_may_wait_are_refused_at_once_and_told_when_to_come_again(self) -> None:
        desk = Desk(Limits(at_once=1, waiting=2))
        desk.store.open.clear()
        days = iter(range(1, 9))
        waiting = await begun(3, lambda: desk.orders([("as_of", f"2026-01-0{next(days)}")]))
        with pytest.raises(TooManyQuestions, match="1 reports are being counted and 2 wait") as refused:
            await desk.orders([("as_of", "2026-01-09")])
        assert refused.value.retry_after > 0
        desk.store.open.set()
        assert await asyncio.gather(*waiting) == [0] * 3
        assert await desk.orders([("as_of", "2026-01-09")]) == 0

    async def test_what_is_kept_is_told_while_others_are_counted(self) -> None:
        desk = Desk(Limits(at_once=1, waiting=0))
        await desk.orders()
        desk.store.open.clear()
        (counting,) = await begun(1, lambda: desk.orders([("as_of", "2026-01-01")]))
        assert await desk.orders() == 0
        with pytest.raises(TooManyQuestions):
            await desk.orders([("as_of", "2026-01-02")])
        desk.store.open.set()
        await counting

    async def test_a_question_that_takes_too_long_is_given_up_and_its_place_is_free(self) -> None:
        desk = Desk(Limits(at_once=1, seconds=0.05))
        desk.store.open.clear()
        with pytest.raises(QuestionTooLong, match=r"not counted in 0\.05 s"):
            await desk.orders()
        assert (desk.store.cancelled, desk.outcomes) == (1, ["question-too-long"])
        desk.store.open.set()
        assert await desk.orders() == 0

    async def test_waiting_for_a_place_counts(self) -> None:
        desk = Desk(Limits(at_once=1, seconds=0.05))
        desk.store.open.clear()
        days = iter(["2026-01-01", "2026-01-02"])
        told = await asyncio.gather(
            *await begun(2, lambda: desk.orders([("as_of", next(days))])), return_exceptions=True
        )
        assert [type(one) for one in told] == [QuestionTooLong] * 2
        assert desk.store.asked == 1

    async def test_a_store_that_ran_out_of_its_own_time_is_not_our_deadline(self) -> None:
        desk = Desk(Limits(seconds=30))

        def give_up() -> None:
            raise TimeoutError("its own")

        desk.store.during = give_up
        with pytest.raises(TimeoutError, match="its own"):
            await desk.orders()

    async def test_one_who_waits_and_goes_leaves_no_trace(self) -> None:
        desk = Desk(Limits(at_once=1, waiting=1))
        desk.store.open.clear()
        days = iter(range(1, 9))

        def another() -> Awaitable[int]:
            return desk.orders([("as_of", f"2026-01-0{next(days)}")])

        (counting,) = await begun(1, another)
        for _ in range(3):
            (waiting,) = await begun(1, another)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await asyncio.sleep(0.01)
        desk.store.open.set()
        assert await counting == 0
        assert await another() == 0


async def test_a_store_that_is_away_afterwards_takes_no_answer_back() -> None:
    desk = Desk()
    asked = 0

    async def revision() -> str:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise Unavailable("gone")
        return "1"

    desk.store.revision = revision  # type: ignore[method-assign]  # a store that goes away
    assert await desk.orders() == 0
    assert desk.cache.size == (0, 0)

"""Questions that take several statements, asked of facts that are written meanwhile; and the SQL of lists."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from snowflake.sqlalchemy import snowdialect  # type: ignore[import-untyped]  # Snowflake ships no types
from sqlalchemy import ClauseElement

from adapters.snowflake import authors, books, categories, customers, reviews
from adapters.snowflake.customers import SnowflakeCustomerReader
from adapters.snowflake.engine import Warehouse
from adapters.snowflake.history import SnowflakeHistorySink
from adapters.snowflake.names import FactNames
from adapters.snowflake.purchases import SnowflakePurchaseFacts
from adapters.snowflake.warehouse import SnowflakeFactStore
from application.authors.models import AUTHOR_LIST
from application.books.models import BOOK_LIST
from application.categories.models import CATEGORY_LIST
from application.customers.models import CUSTOMER_LIST
from application.errors import Unavailable
from application.listing import Filter, Listing, ListSpec, SortValue, read_listing
from application.ports.history import HistoryBatch
from application.ports.purchases import PurchaseView
from application.ports.warehouse import Changed
from application.reviews.models import REVIEW_LIST
from domain.analytics.scope import Scope
from tests.support.builders import MORNING, a_book, a_customer, minutes
from tests.support.facts import an_order_of, facts_of
from tests.support.lists import asked
from tests.support.snapshots import assert_pinned
from tests.support.store_case import told

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")
PINNED = Path(__file__).parent / "snapshots"


class Gone(Exception):
    """What a question raises when rows do not go together."""


class TestWrittenMeanwhile:
    @pytest.fixture
    def store(self, warehouse: Warehouse, fact_names: FactNames) -> SnowflakeFactStore:
        return SnowflakeFactStore(warehouse, fact_names)

    @pytest.fixture
    def facts(self, warehouse: Warehouse, fact_names: FactNames) -> SnowflakePurchaseFacts:
        return SnowflakePurchaseFacts(warehouse, fact_names)

    async def rebuild(self, store: SnowflakeFactStore, orders: int) -> None:
        told = facts_of(orders, None, *(an_order_of(a_book().id, None, "5") for _ in range(orders)))
        async with store.writing() as writer:
            await writer.take(told, at=MORNING)

    async def test_of_facts_that_were_written_anew_the_question_is_asked_again(
        self, store: SnowflakeFactStore, facts: SnowflakePurchaseFacts
    ) -> None:
        await self.rebuild(store, 1)
        times = 0

        async def question(view: PurchaseView) -> tuple[int, int, int]:
            nonlocal times
            times += 1
            before = (await view.summary(SCOPE)).orders
            if times == 1:
                await self.rebuild(store, 2)
            return before, (await view.summary(SCOPE)).orders, await view.watermark()

        assert await facts.read(question) == (2, 2, 2)
        assert times == 2

    async def test_a_round_does_not_disturb(self, store: SnowflakeFactStore, facts: SnowflakePurchaseFacts) -> None:
        await self.rebuild(store, 1)
        revision, times = await facts.revision(), 0

        async def question(view: PurchaseView) -> tuple[int, int]:
            nonlocal times
            times += 1
            one = a_book().id
            async with store.writing() as writer:
                changed = Changed(orders=frozenset({one}))
                await writer.take(facts_of(2, changed, an_order_of(one, None, "5")), at=MORNING)
            return (await view.summary(SCOPE)).orders, await view.watermark()

        assert await facts.read(question) == (1, 1)
        assert times == 1
        assert await facts.revision() != revision

    async def test_rebuilds_that_never_end_are_told(
        self, store: SnowflakeFactStore, facts: SnowflakePurchaseFacts
    ) -> None:
        await self.rebuild(store, 1)
        times = 0

        async def question(view: PurchaseView) -> None:
            nonlocal times
            times += 1
            await self.rebuild(store, 1)

        with pytest.raises(Unavailable, match="is being written anew"):
            await facts.read(question)
        assert times == 5

    async def test_an_error_counts_only_when_the_rows_stood_still(
        self, store: SnowflakeFactStore, facts: SnowflakePurchaseFacts
    ) -> None:
        await self.rebuild(store, 2)
        times = 0

        async def question(view: PurchaseView) -> int:
            nonlocal times
            times += 1
            if times == 1:
                await self.rebuild(store, 1)
                raise Gone
            return (await view.summary(SCOPE)).orders

        async def wrong(view: PurchaseView) -> int:
            raise Gone

        assert await facts.read(question) == 1
        with pytest.raises(Gone):
            await facts.read(wrong)

    async def test_many_may_ask_at_once(self, store: SnowflakeFactStore, facts: SnowflakePurchaseFacts) -> None:
        await self.rebuild(store, 1)
        answers = await asyncio.gather(*(facts.read(lambda view: view.summary(SCOPE)) for _ in range(8)))
        assert [one.orders for one in answers] == [1] * 8


@pytest.mark.parametrize(
    "value", ["gold%", "go_d", "100%(x)s", "back\\slash", "quo'te", '"', "line\nbreak", "gold\nnew", "", "; --"]
)
async def test_a_filter_takes_any_text_for_what_it_is(warehouse: Warehouse, value: str) -> None:
    tagged = a_customer(name="tagged", tags=["gold", "new"])
    exact = [a_customer(name="exact", tags=[value])] if value and "\n" not in value else []
    await SnowflakeHistorySink(warehouse).write(told(HistoryBatch(customers=[tagged, *exact]), watermark=1))
    page = await asked(CUSTOMER_LIST, SnowflakeCustomerReader(warehouse).list, tag=value)
    assert [one.id for one in page.data] == [one.id for one in exact]


def compiled(statement: ClauseElement) -> str:
    text = str(statement.compile(dialect=snowdialect.dialect()))
    return "\n".join(line.rstrip() for line in text.splitlines())


def listing(spec: ListSpec, after: tuple[SortValue, ...] | None = None, **parameters: str) -> Listing:
    found = read_listing(
        spec, [(name.replace("__", "[") + ("]" if "__" in name else ""), text) for name, text in parameters.items()]
    )
    return replace(found, after=after)


def test_the_sql_of_reads_is_as_pinned() -> None:
    nobody = UUID(int=0)
    asked_of_customers = [
        listing(CUSTOMER_LIST),
        listing(CUSTOMER_LIST, q="ada lovelace", tag="gold", status="active", created_at__gte="2026-01-01T00:00:00Z"),
        listing(CUSTOMER_LIST, (MORNING, nobody)),
        listing(CUSTOMER_LIST, ("K-1", "Ada", nobody), sort="reference,-name", include_deleted="true"),
    ]
    asked_of_books = [
        listing(BOOK_LIST, category="Fiction", published_date__lte="1871"),
        listing(BOOK_LIST, ("Emma", MORNING + minutes(1), nobody), sort="title,-updated_at"),
    ]
    asked_of_authors = [
        listing(AUTHOR_LIST, q="eliot", born__lte="1819"),
        listing(AUTHOR_LIST, ("", "1880", nobody), sort="died,-born", include_deleted="true"),
    ]
    asked_of_reviews = [
        listing(REVIEW_LIST, book_id=str(nobody), customer_id=str(nobody), status="published", rating__gte="3"),
        listing(REVIEW_LIST, (5, nobody), sort="-rating"),
    ]
    asked_of_categories = [
        listing(CATEGORY_LIST, parent_id=str(nobody), depth__lte="3", path="fiction/crime"),
        listing(CATEGORY_LIST, (10, "Crime", nobody), q="crime", sort="position,name"),
    ]
    statements: list[ClauseElement] = [customers._GET, customers._GET_MANY]
    statements += [books._GET, books._GET_BY_ISBN, books._GET_MANY]
    statements += [authors._GET, reviews._GET, categories._GET, categories._TREE, categories._BRANCH]
    statements += [categories._KEYS, categories._BRANCH_KEYS, categories._COUNT_EACH]
    statements += [books._LISTS.total(Listing(filters=(Filter("category", "any", ("crime", "fiction/crime")),)))]
    statements += [customers._LISTS.page(one).limit(21) for one in asked_of_customers]
    statements += [books._LISTS.page(one).limit(21) for one in asked_of_books]
    statements += [authors._LISTS.page(one).limit(21) for one in asked_of_authors]
    statements += [reviews._LISTS.page(one).limit(21) for one in asked_of_reviews]
    statements += [categories._LISTS.page(one).limit(21) for one in asked_of_categories]
    statements += [customers._LISTS.total(asked_of_customers[1]), books._LISTS.total(asked_of_books[0])]
    assert_pinned(PINNED / "snowflake_reads.sql", "".join(f"{compiled(one)};\n\n" for one in statements))

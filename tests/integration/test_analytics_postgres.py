"""What only PostgreSQL has: a connection that is lost, and a transaction that could be left behind."""

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from application.caller import Caller
from application.errors import BadQuery, Unavailable
from application.ports.purchases import PurchaseView
from tests.support.builders import a_line, an_order
from tests.support.definition import analytics
from tests.support.pools import eventually, onlooker
from tests.support.postgres_case import postgres_ports


async def sell(pool: Pool, *currencies: str) -> None:
    async with postgres_ports(pool).units(Caller("seller")) as uow:
        uow.orders.add_many(an_order(currency=currency) for currency in currencies)
        await uow.commit()


async def test_a_question_is_asked_again_when_its_connection_is_lost(pool: Pool, database_url: str) -> None:
    await sell(pool, "EUR")
    asked = 0

    async def question(view: PurchaseView) -> list[str]:
        nonlocal asked
        asked += 1
        await view.watermark()
        if asked == 1:
            async with onlooker(database_url) as other:
                await other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        return list(await view.currencies())

    assert await PostgresPurchaseFacts(pool).read(question) == ["EUR"]
    assert asked == 2


async def test_a_database_that_is_away_is_unavailable() -> None:
    away = Pool("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        await analytics(PostgresPurchaseFacts(away)).ask("summary", [])


async def test_a_refused_question_leaves_no_transaction_behind(pool: Pool, database_url: str) -> None:
    await sell(pool, "EUR", "USD")
    for _ in range(3):
        with pytest.raises(BadQuery, match="EUR, USD"):
            await analytics(PostgresPurchaseFacts(pool)).ask("summary", [])
    async with onlooker(database_url) as other:

        async def settled() -> bool:
            states = await other.fetch(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return {row["state"] for row in states} == {"idle"}

        await eventually(settled)
    assert pool.in_use == 0


async def test_postgresql_counts_so_many_pairs_and_no_more(pool: Pool) -> None:
    async with postgres_ports(pool).units(Caller("seller")) as uow:
        uow.orders.add_many([an_order(*(a_line(number, sku=f"S{number}") for number in range(1, 6)))])
        await uow.commit()
    asked = [("min_count", "1")]
    assert (await analytics(PostgresPurchaseFacts(pool, most_pairs=10)).ask("affinity", asked)).store == "postgres"
    with pytest.raises(BadQuery, match="would have this store count 10 pairs or more, and it counts 9 at most"):
        await analytics(PostgresPurchaseFacts(pool, most_pairs=9)).ask("affinity", asked)


async def test_many_too_many_pairs_are_not_all_counted(database_url: str) -> None:
    asked: list[str] = []

    def observe(name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        asked.append(name)

    pool = Pool(database_url, observer=observe)
    await pool.open()
    async with postgres_ports(pool).units(Caller("seller")) as uow:
        uow.orders.add_many(
            [an_order(*(a_line(number, sku=f"S{number}") for number in range(1, 6))) for _ in range(400)]
        )
        await uow.commit()
    counted = {"affinity.pairs_in_part", "affinity.pairs_within"}
    for most, names in ((20, ["affinity.pairs_in_part"]), (3_999, ["affinity.pairs_in_part", "affinity.pairs_within"])):
        asked.clear()
        with pytest.raises(BadQuery, match=f"it counts {most} at most"):
            await analytics(PostgresPurchaseFacts(pool, most_pairs=most)).ask("affinity", [("min_count", "1")])
        assert [name for name in asked if name in counted] == names
    await pool.close()

"""What application/ports/purchases.py promises of the revision: while it stays, nothing that is counted has changed."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports.history import HistoryBatch
from tests.contract.test_in_step import NEW_BOOK, NEW_CUSTOMER, NEW_ORDER, STEPS, CountedIds, Step, outcome
from tests.support.builders import an_order
from tests.support.definition import analytics, drawn_anew, how_many_histories
from tests.support.shops import shop_on
from tests.support.store_case import StoreCase, StorePorts, told


async def counted(ports: StorePorts) -> list[HistoryBatch]:
    """All rows that analytics are counted from."""
    assert ports.source is not None
    return [batch async for batch in (await ports.source.read()).batches]


async def test_the_revision_stays_while_nothing_is_committed(ports: StorePorts) -> None:
    before = await ports.purchases.revision()
    await analytics(ports.purchases).ask("summary", [])
    assert await ports.purchases.revision() == before


@pytest.mark.needs("writes", "reads_orders", "tells_history")
@settings(
    max_examples=how_many_histories(15),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(opening=st.tuples(NEW_CUSTOMER, NEW_BOOK, NEW_ORDER), steps=st.lists(STEPS, min_size=20, max_size=20))
async def test_whatever_changes_what_is_counted_makes_a_revision_that_never_was(
    case: StoreCase, server: Any, opening: tuple[Step, ...], steps: list[Step]
) -> None:
    async with case.open(server) as ports:
        shop, made = shop_on(ports, CountedIds()), dict[type, Any]()
        seen = {await ports.purchases.revision(): await counted(ports)}
        for one in (*opening, *steps):
            await outcome(shop, made, one)
            now = await ports.purchases.revision()
            assert seen.setdefault(now, await counted(ports)) == await counted(ports)


@pytest.mark.needs("takes_history")
async def test_a_history_that_is_taken_over_makes_another_revision(ports: StorePorts) -> None:
    assert ports.sink is not None
    seen = [await ports.purchases.revision()]
    for watermark in (3, 5):
        await ports.sink.write(told(HistoryBatch(orders=[an_order()]), watermark=watermark))
        seen.append(await ports.purchases.revision())
    assert len(set(seen)) == 3

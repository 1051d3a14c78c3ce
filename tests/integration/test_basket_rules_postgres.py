"""PostgreSQL tells the baskets of so many items, and beyond points to a warehouse."""

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.purchases import MOST_BASKET_ITEMS, PostgresPurchaseFacts
from application.analytics.basket_rules import TOO_MANY_BASKET_ITEMS
from application.caller import Caller
from application.errors import BadQuery
from application.ports.purchases import PurchaseView
from domain.analytics.rules import BasketRules
from tests.support.builders import a_line, an_order
from tests.support.definition import analytics
from tests.support.postgres_case import postgres_ports


async def test_more_baskets_than_it_is_made_for_are_refused_with_a_pointer_to_the_warehouse(pool: Pool) -> None:
    async with postgres_ports(pool).units(Caller("seller")) as uow:
        uow.orders.add_many(
            an_order(*(a_line(number, sku=sku) for number, sku in enumerate(skus, 1))) for skus in ("AB", "ABC")
        )
        await uow.commit()
    limited = PostgresPurchaseFacts(pool, most_basket_items=4)
    data = (await analytics(limited).ask("basket-rules", [("min_count", "2")])).data
    assert isinstance(data, BasketRules)
    assert (data.items, data.count) == (2, 2)
    with pytest.raises(BadQuery, match=r"hold 5 of items .* tells 4 at most: .* ask a warehouse") as refused:
        await analytics(limited).ask("basket-rules", [("min_count", "1"), ("min_support", "0")])
    assert [(one.pointer, one.code) for one in refused.value.problems] == [("min_support", TOO_MANY_BASKET_ITEMS)]


async def test_how_many_it_is_made_for_is_what_its_views_say(pool: Pool) -> None:
    async def most(view: PurchaseView) -> int | None:
        return view.most_basket_items

    assert await PostgresPurchaseFacts(pool).read(most) == MOST_BASKET_ITEMS
    assert await PostgresPurchaseFacts(pool, most_basket_items=7).read(most) == 7

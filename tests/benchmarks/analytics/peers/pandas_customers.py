"""How customers come again and what moved between two periods, in pandas."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import pandas as pd  # type: ignore[import-untyped]  # it brings no types

from tests.benchmarks.analytics.peers import fitting
from tests.benchmarks.analytics.peers.figures import FIRST, SECOND, Figures, Given, compared
from tests.benchmarks.analytics.shop import AS_OF


class Frames(Protocol):
    """The shop."""

    @property
    def sales(self) -> pd.DataFrame:
        """Its lines."""
        ...

    @property
    def returned(self) -> pd.DataFrame:
        """What came back."""
        ...


def _days(shop: Frames) -> pd.DataFrame:
    """`customer`, `day`, `cents`, in this order."""
    known = shop.sales.dropna(subset="customer")
    days = known[["cents"]].assign(customer=known["customer"].astype("int32"), day=known["placed_at"].dt.normalize())
    return days.groupby(["customer", "day"])["cents"].sum().reset_index()


def _histories(shop: Frames, days: pd.DataFrame) -> fitting.Histories:
    each = days.groupby("customer")
    first, last = each["day"].min(), each["day"].max()
    repeats = days[days["day"] > days["customer"].map(first)].groupby("customer")["cents"].sum()
    back = shop.returned.dropna(subset="customer").groupby("customer")["cents"].sum()
    cents = repeats.reindex(first.index, fill_value=0) - back.reindex(first.index, fill_value=0)
    return fitting.Histories.of(
        each.size() - 1, (last - first).dt.days, (pd.Timestamp(AS_OF) - first).dt.days - 1, cents
    )


def lifetime_value(shop: Frames, _given: Given) -> Figures:
    return fitting.lifetime_value(_histories(shop, _days(shop)))


def churn(shop: Frames, _given: Given) -> Figures:
    days = _days(shop)
    gaps = days.groupby("customer")["day"].diff().dt.days
    # Rounded, since a quantile that is a whole number may come out a hair beside it.
    longest = gaps.groupby(days["customer"]).quantile(0.9).round(6)
    idle = (pd.Timestamp(AS_OF) - days.groupby("customer")["day"].max()).dt.days
    return fitting.churn(_histories(shop, days), int((idle > longest).sum()))


def comparison(shop: Frames, _given: Given) -> Figures:
    totals, by_sku = [], []
    firsts = shop.sales.groupby("customer")["placed_at"].min()
    for begin, end in ((pd.Timestamp(one), pd.Timestamp(two)) for one, two in (FIRST, SECOND)):
        sales = shop.sales[(shop.sales["placed_at"] >= begin) & (shop.sales["placed_at"] < end)]
        back = shop.returned[(shop.returned["returned_at"] >= begin) & (shop.returned["returned_at"] < end)]
        sold = sales.groupby("sku", observed=True)["cents"].sum()
        sold.index = sold.index.astype(str)
        given_back = back.groupby("sku", observed=True)["cents"].sum()
        given_back.index = given_back.index.astype(str)
        by_sku.append({sku: int(cents) for sku, cents in sold.sub(given_back, fill_value=0).items()})
        totals.append(
            [
                sales["customer"].nunique(),
                int(((firsts >= begin) & (firsts < end)).sum()),
                sales["order_number"].nunique(),
                int(sales["quantity"].sum() - back["quantity"].sum()),
                int(sales["cents"].sum() - back["cents"].sum()),
            ]
        )
    return compared(totals, by_sku)


ANSWERS: Final[Mapping[str, Callable[[Frames, Given], Figures]]] = {
    "lifetime-value": lifetime_value,
    "churn": churn,
    "comparison": comparison,
}

"""How customers come again and what moved between two periods, in Polars."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import polars as pl

from tests.benchmarks.analytics.peers import fitting
from tests.benchmarks.analytics.peers.figures import FIRST, SECOND, Figures, Given, compared
from tests.benchmarks.analytics.shop import AS_OF


class Frames(Protocol):
    """The shop."""

    @property
    def sales(self) -> pl.LazyFrame:
        """Its lines."""
        ...

    @property
    def returned(self) -> pl.LazyFrame:
        """What came back."""
        ...


def _days(shop: Frames) -> pl.DataFrame:
    """`customer`, `day`, `cents`, in this order."""
    day = pl.col("placed_at").dt.date().alias("day")
    days = shop.sales.drop_nulls("customer").group_by("customer", day).agg(pl.col("cents").sum())
    return days.sort("customer", "day").collect()


def _histories(shop: Frames, days: pl.DataFrame) -> fitting.Histories:
    first, last = pl.col("day").min(), pl.col("day").max()
    back = shop.returned.drop_nulls("customer").group_by("customer").agg(pl.col("cents").sum().alias("back"))
    found = (
        days.lazy()
        .group_by("customer")
        .agg(
            (pl.len().cast(pl.Int64) - 1).alias("x"),
            (last - first).dt.total_days().alias("recency"),
            ((pl.lit(AS_OF) - first).dt.total_days() - 1).alias("age"),
            pl.col("cents").filter(pl.col("day") > first).sum(),
        )
        .join(back, on="customer", how="left")
        .select("x", "recency", "age", pl.col("cents") - pl.col("back").fill_null(0))
        .collect()
    )
    return fitting.Histories.of(*(found[name].to_numpy() for name in ("x", "recency", "age", "cents")))


def lifetime_value(shop: Frames, _given: Given) -> Figures:
    return fitting.lifetime_value(_histories(shop, _days(shop)))


def churn(shop: Frames, _given: Given) -> Figures:
    days = _days(shop)
    gap = pl.col("day").diff().over("customer").dt.total_days().alias("gap")
    late = (
        days.lazy()
        .with_columns(gap)
        .group_by("customer")
        .agg(
            (pl.lit(AS_OF) - pl.col("day").max()).dt.total_days().alias("idle"),
            # Rounded, since a quantile that is a whole number may come out a hair beside it.
            pl.col("gap").drop_nulls().quantile(0.9, "linear").round(6).alias("longest"),
        )
        .select((pl.col("idle") > pl.col("longest")).sum())
        .collect()
        .item()
    )
    return fitting.churn(_histories(shop, days), late)


def comparison(shop: Frames, _given: Given) -> Figures:
    totals, by_sku = [], []
    firsts = shop.sales.drop_nulls("customer").group_by("customer").agg(pl.col("placed_at").min()).collect()
    for begin, end in (FIRST, SECOND):
        placed = (pl.col("placed_at") >= pl.lit(begin)) & (pl.col("placed_at") < pl.lit(end))
        returned = (pl.col("returned_at") >= pl.lit(begin)) & (pl.col("returned_at") < pl.lit(end))
        sales, back = shop.sales.filter(placed).collect(), shop.returned.filter(returned).collect()
        both = pl.concat([sales.select("sku", "cents"), back.select("sku", -pl.col("cents"))])
        by_sku.append(dict(both.group_by(pl.col("sku").cast(pl.String)).agg(pl.col("cents").sum()).rows()))
        totals.append(
            [
                sales["customer"].drop_nulls().n_unique(),
                firsts.filter(placed).height,
                sales["order_number"].n_unique(),
                int(sales["quantity"].sum()) - int(back["quantity"].sum()),
                int(sales["cents"].sum()) - int(back["cents"].sum()),
            ]
        )
    return compared(totals, by_sku)


ANSWERS: Final[Mapping[str, Callable[[Frames, Given], Figures]]] = {
    "lifetime-value": lifetime_value,
    "churn": churn,
    "comparison": comparison,
}

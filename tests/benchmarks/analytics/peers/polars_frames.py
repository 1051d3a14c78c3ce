"""The reports in Polars, over data that is loaded: what somebody writes who has these frames and a question.

`sales` has order_number, customer (null for nobody), placed_at, sku, quantity, cents; `returned` customer, returned_at,
sku, quantity, cents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from tests.benchmarks.analytics.files import RETURNED, SALES
from tests.benchmarks.analytics.peers import polars_baskets, polars_customers
from tests.benchmarks.analytics.peers.figures import Answers, Figures, Given
from tests.benchmarks.analytics.shop import AS_OF

_FIFTHS: Final = (0.2, 0.4, 0.6, 0.8)
_PERCENTS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Frames:
    """The shop."""

    sales: pl.LazyFrame
    returned: pl.LazyFrame

    @classmethod
    def of(cls, folder: Path) -> "Frames":
        """From the files of the peers, into memory."""
        return cls(_frame(folder / SALES), _frame(folder / RETURNED))


def _frame(file: Path) -> pl.LazyFrame:
    frame = pl.read_parquet(file)
    cents = (pl.col("amount") * 100).cast(pl.Int64).alias("cents")
    return frame.with_columns(cents).drop("amount").with_columns(pl.col("sku").cast(pl.Categorical)).rechunk().lazy()


def _listed(frame: pl.DataFrame) -> list[list[Any]]:
    return [list(row) for row in frame.rows()]


def summary(shop: Frames, _given: Given) -> Figures:
    orders, customers, products, units, cents = (
        shop.sales.select(
            pl.col("order_number").n_unique(),
            pl.col("customer").drop_nulls().n_unique(),
            pl.col("sku").n_unique(),
            pl.col("quantity").cast(pl.Int64).sum(),
            pl.col("cents").sum(),
        )
        .collect()
        .row(0)
    )
    items = shop.sales.select("order_number", "sku").unique().select(pl.len()).collect().item()
    units_back, back = shop.returned.select(pl.col("quantity").sum(), pl.col("cents").sum()).collect().row(0)
    return {
        "orders": orders, "customers": customers, "products": products, "units": units - units_back,
        "revenue": cents - back, "returned_revenue": back, "basket_size": items / orders,
    }  # fmt: skip


def revenue(shop: Frames, _given: Given) -> Figures:
    day = pl.col("placed_at").dt.date().alias("day")
    bought = shop.sales.group_by(day).agg(
        pl.col("order_number").n_unique().cast(pl.Int64).alias("orders"),
        pl.col("quantity").cast(pl.Int64).sum().alias("units"),
        pl.col("cents").sum(),
        pl.col("customer").drop_nulls().n_unique().cast(pl.Int64).alias("customers"),
    )
    firsts = shop.sales.drop_nulls("customer").group_by("customer").agg(day.min())
    new = firsts.group_by("day").agg(pl.len().cast(pl.Int64).alias("new_customers"))
    back = shop.returned.group_by(pl.col("returned_at").dt.date().alias("day")).agg(
        pl.col("quantity").cast(pl.Int64).sum().alias("units_back"), pl.col("cents").sum().alias("back")
    )
    days = shop.sales.select(
        pl.date_ranges(pl.col("placed_at").dt.date().min(), AS_OF, closed="left").explode().alias("day")
    )
    net = pl.col("cents") - pl.col("back")
    found = (
        days.join(bought, on="day", how="left")
        .join(new, on="day", how="left")
        .join(back, on="day", how="left")
        .sort("day")
        .with_columns(pl.exclude("day").fill_null(0))
        .select(
            pl.col("day").dt.to_string("%Y-%m-%d"),
            "orders",
            pl.col("units") - pl.col("units_back"),
            net,
            "customers",
            "new_customers",
            net.rolling_sum(7).alias("last_seven"),
        )
    )
    return {"days": _listed(found.collect())}


def _net(shop: Frames, by: str) -> pl.LazyFrame:
    sold = shop.sales.select(by, "cents", pl.col("quantity").cast(pl.Int64))
    back = shop.returned.select(by, -pl.col("cents"), -pl.col("quantity").cast(pl.Int64))
    return pl.concat([sold, back]).group_by(by).agg(pl.col("cents").sum(), pl.col("quantity").sum())


def top_products(shop: Frames, _given: Given) -> Figures:
    sold = shop.sales.group_by("sku").agg(
        pl.col("order_number").n_unique().alias("orders"), pl.col("customer").drop_nulls().n_unique().alias("customers")
    )
    found = _net(shop, "sku").join(sold, on="sku").with_columns(pl.col("sku").cast(pl.String)).collect()
    top = found.sort("cents", "sku", descending=[True, False]).head(100)
    return {
        "count": found.height,
        "whole": found["cents"].clip(lower_bound=0).sum(),
        "items": _listed(top.select("sku", "cents", "quantity", "orders", "customers")),
    }


def rfm(shop: Frames, _given: Given) -> Figures:
    bought = (
        shop.sales.drop_nulls("customer")
        .group_by("customer")
        .agg(
            (pl.lit(AS_OF) - pl.col("placed_at").max().dt.date()).dt.total_days().alias("days"),
            pl.col("order_number").n_unique().cast(pl.Int64).alias("orders"),
            pl.col("cents").sum(),
        )
    )
    back = shop.returned.group_by("customer").agg(pl.col("cents").sum().alias("back"))
    buyers = bought.join(back, on="customer", how="left").with_columns(pl.col("cents") - pl.col("back").fill_null(0))

    def cuts_below(name: str) -> pl.Expr:
        # Rounded, since a cut that is a value may come out a hair below it.
        cuts = [pl.col(name).quantile(part, "linear").round(4) for part in _FIFTHS]
        return pl.sum_horizontal((pl.col(name) > cut).cast(pl.Int64) for cut in cuts)

    score = 100 * (5 - cuts_below("days")) + 10 * (1 + cuts_below("orders")) + 1 + cuts_below("cents")
    cells = (
        buyers.with_columns(score.alias("score"))
        .group_by("score")
        .agg(pl.len(), pl.col("orders").sum(), pl.col("cents").sum())
        .sort("score")
    )
    return {"cells": _listed(cells.collect())}


def cohorts(shop: Frames, _given: Given) -> Figures:
    months = (
        shop.sales.drop_nulls("customer")
        .group_by("customer", pl.col("placed_at").dt.date().dt.truncate("1mo").alias("month"))
        .agg(
            pl.lit(1, pl.Int64).alias("customers"),
            pl.col("order_number").n_unique().cast(pl.Int64).alias("orders"),
            pl.col("cents").sum(),
        )
    )
    firsts = months.group_by("customer").agg(pl.col("month").min().alias("cohort"))
    back = shop.returned.drop_nulls("customer").select(
        "customer",
        pl.col("returned_at").dt.date().dt.truncate("1mo").alias("month"),
        pl.lit(0, pl.Int64).alias("customers"),
        pl.lit(0, pl.Int64).alias("orders"),
        -pl.col("cents"),
    )
    cells = (
        pl.concat([months, back])
        .join(firsts, on="customer")
        .group_by("cohort", "month")
        .agg(pl.col("customers").sum(), pl.col("orders").sum(), pl.col("cents").sum())
        .sort("cohort", "month")
        .with_columns(pl.col("cohort", "month").dt.to_string("%Y-%m-%d"))
    )
    return {"cells": _listed(cells.collect())}


def purchase_days(shop: Frames) -> pl.LazyFrame:
    """`customer` and `day`, each pair once."""
    return shop.sales.drop_nulls("customer").select("customer", pl.col("placed_at").dt.date().alias("day")).unique()


def repeat_rate(shop: Frames, _given: Given) -> Figures:
    many = purchase_days(shop).group_by("customer").agg(pl.len().alias("days"))
    frequencies = _listed(many.group_by("days").agg(pl.len()).sort("days").collect())
    return {
        "customers": sum(count for _, count in frequencies),
        "repeat_customers": sum(count for days, count in frequencies if days > 1),
        "frequencies": frequencies,
    }


def interpurchase(shop: Frames, _given: Given) -> Figures:
    gap = pl.col("day").diff().over("customer").dt.total_days().alias("gap")
    gaps = purchase_days(shop).sort("customer", "day").select(gap).drop_nulls().collect()["gap"]
    bins = gaps.to_frame().group_by(((pl.col("gap") - 1) // 7 * 7 + 1).alias("first")).agg(pl.len()).sort("first")
    return {
        "gaps": len(gaps),
        "mean": gaps.mean(),
        "percentiles": [gaps.quantile(part, "linear") for part in _PERCENTS],
        "bins": _listed(bins),
    }


def pareto(shop: Frames, _given: Given) -> Figures:
    whole, reached, n = pl.col("cents").sum(), pl.col("cents").cum_sum(), pl.len().cast(pl.Int64)
    before, rank = reached - pl.col("cents"), pl.int_range(1, pl.len() + 1)
    abc = pl.when(before * 5 < whole * 4).then(pl.lit("A")).when(before * 20 < whole * 19).then(pl.lit("B"))
    ranked = _net(shop, "sku").filter(pl.col("cents") > 0).sort("cents", descending=True)
    found = ranked.select("cents", abc.otherwise(pl.lit("C")).alias("abc"), rank.alias("rank"), n.alias("n")).collect()
    total, count = int(found["cents"].sum()), found.height
    return {
        "whole": total,
        "classes": _listed(found.group_by("abc").agg(pl.len(), pl.col("cents").sum()).sort("abc")),
        "top_20": int(found["cents"].head((count + 4) // 5).sum()) / total,
        "gini": ((count + 1) * total - 2 * int((found["rank"] * found["cents"]).sum())) / (count * total),
    }


def answers(folder: Path) -> Answers:
    """Over the files of the peers."""
    shop = Frames.of(folder)
    return {name: partial(answer, shop) for name, answer in _ANSWERS.items()}


_ANSWERS: Final[Mapping[str, Callable[[Frames, Given], Figures]]] = {
    "summary": summary,
    "revenue": revenue,
    "top-products": top_products,
    "rfm": rfm,
    "cohorts": cohorts,
    "repeat-rate": repeat_rate,
    "interpurchase": interpurchase,
    "pareto": pareto,
    **polars_baskets.ANSWERS,
    **polars_customers.ANSWERS,
}

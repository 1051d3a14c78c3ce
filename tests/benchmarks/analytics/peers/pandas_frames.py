"""The reports in pandas, over data that is loaded: what somebody writes who has these frames and a question.

`sales` has order_number, customer (a nullable whole number), placed_at, sku (a category), quantity, cents; `returned`
customer, returned_at, sku, quantity, cents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it brings no types
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # it brings no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it brings no types

from tests.benchmarks.analytics.files import RETURNED, SALES
from tests.benchmarks.analytics.peers import pandas_baskets, pandas_customers
from tests.benchmarks.analytics.peers.figures import Answers, Figures, Given
from tests.benchmarks.analytics.shop import AS_OF

_FIFTHS: Final = (0.2, 0.4, 0.6, 0.8)
_PERCENTS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Frames:
    """The shop."""

    sales: pd.DataFrame
    returned: pd.DataFrame

    @classmethod
    def of(cls, folder: Path) -> "Frames":
        """From the files of the peers."""
        return cls(_frame(folder / SALES), _frame(folder / RETURNED))


def _frame(file: Path) -> pd.DataFrame:
    table = pq.read_table(file)
    cents = pc.cast(pc.multiply(table["amount"], pa.scalar(100)), pa.int64())
    frame = table.drop_columns("amount").append_column("cents", cents).to_pandas()
    return frame.assign(customer=frame["customer"].astype("Int32"), sku=frame["sku"].astype("category"))


def summary(shop: Frames, _given: Given) -> Figures:
    sales, returned = shop.sales, shop.returned
    orders = sales["order_number"].nunique()
    back = int(returned["cents"].sum())
    items = len(sales[["order_number", "sku"]].drop_duplicates())
    return {
        "orders": orders,
        "customers": sales["customer"].nunique(),
        "products": sales["sku"].nunique(),
        "units": int(sales["quantity"].sum() - returned["quantity"].sum()),
        "revenue": int(sales["cents"].sum()) - back,
        "returned_revenue": back,
        "basket_size": items / orders,
    }


def revenue(shop: Frames, _given: Given) -> Figures:
    sales, returned = shop.sales, shop.returned
    by_day = sales.groupby(sales["placed_at"].dt.normalize())
    back = returned.groupby(returned["returned_at"].dt.normalize())[["quantity", "cents"]].sum()
    firsts = sales.groupby("customer")["placed_at"].min().dt.normalize().value_counts()
    found = by_day.agg(
        orders=("order_number", "nunique"),
        units=("quantity", "sum"),
        cents=("cents", "sum"),
        customers=("customer", "nunique"),
    ).assign(new_customers=firsts)
    days = pd.date_range(found.index.min(), AS_OF, inclusive="left")
    found = found.reindex(days).fillna(0)
    found["units"] -= back["quantity"].reindex(days, fill_value=0)
    found["cents"] -= back["cents"].reindex(days, fill_value=0)
    found["last_seven"] = found["cents"].rolling(7).sum()
    rows = zip(found.index.strftime("%Y-%m-%d"), found.to_numpy().tolist(), strict=True)
    return {"days": [[day, *(None if np.isnan(one) else round(one) for one in row)] for day, row in rows]}


def _net(shop: Frames, by: str) -> pd.DataFrame:
    sold = shop.sales.groupby(by, observed=True)[["cents", "quantity"]].sum()
    back = shop.returned.groupby(by, observed=True)[["cents", "quantity"]].sum()
    return sold.sub(back.reindex(sold.index, fill_value=0))


def top_products(shop: Frames, _given: Given) -> Figures:
    by_sku = shop.sales.groupby("sku", observed=True)
    found = _net(shop, "sku").assign(orders=by_sku["order_number"].nunique(), customers=by_sku["customer"].nunique())
    found.index = found.index.astype(str)
    top = found.reset_index().sort_values(["cents", "sku"], ascending=[False, True]).head(100)
    return {
        "count": len(found),
        "whole": int(found["cents"].clip(lower=0).sum()),
        "items": top[["sku", "cents", "quantity", "orders", "customers"]].to_numpy().tolist(),
    }


def rfm(shop: Frames, _given: Given) -> Figures:
    bought = shop.sales.groupby("customer").agg(
        last=("placed_at", "max"), orders=("order_number", "nunique"), cents=("cents", "sum")
    )
    back = shop.returned.groupby("customer")["cents"].sum()
    bought["cents"] -= back.reindex(bought.index, fill_value=0)
    bought["days"] = (pd.Timestamp(AS_OF) - bought["last"].dt.normalize()).dt.days

    def cuts_below(name: str) -> "pd.Series[int]":
        # Rounded, since a cut that is a value may come out a hair below it.
        cuts = bought[name].astype("float64").quantile(_FIFTHS).round(4)
        return sum((bought[name] > cut).astype("int64") for cut in cuts)

    bought["score"] = 100 * (5 - cuts_below("days")) + 10 * (1 + cuts_below("orders")) + 1 + cuts_below("cents")
    cells = bought.groupby("score").agg(customers=("orders", "size"), orders=("orders", "sum"), cents=("cents", "sum"))
    return {"cells": cells.reset_index().to_numpy().tolist()}


def cohorts(shop: Frames, _given: Given) -> Figures:
    known = shop.sales.dropna(subset="customer")
    months = (
        known.assign(month=known["placed_at"].to_numpy().astype("datetime64[M]"))
        .groupby(["customer", "month"])
        .agg(orders=("order_number", "nunique"), cents=("cents", "sum"))
        .reset_index()
    )
    firsts = months.groupby("customer")["month"].min().rename("cohort")
    returned = shop.returned.dropna(subset="customer")
    back = returned.assign(
        month=returned["returned_at"].to_numpy().astype("datetime64[M]"),
        cents=-returned["cents"],
        orders=0,
        customers=0,
    )
    both = pd.concat([months.assign(customers=1), back])[["customer", "month", "customers", "orders", "cents"]]
    cells = (
        both.join(firsts, on="customer", how="inner")
        .groupby(["cohort", "month"])[["customers", "orders", "cents"]]
        .sum()
        .reset_index()
    )
    for name in ("cohort", "month"):
        cells[name] = cells[name].dt.strftime("%Y-%m-%d")
    return {"cells": cells.to_numpy().tolist()}


def purchase_days(shop: Frames) -> pd.DataFrame:
    """`customer` and `day`, each pair once, in this order."""
    known = shop.sales.dropna(subset="customer")
    days = known[["customer"]].assign(customer=known["customer"].astype("int32"), day=known["placed_at"].dt.normalize())
    return days.drop_duplicates().sort_values(["customer", "day"])


def repeat_rate(shop: Frames, _given: Given) -> Figures:
    many = purchase_days(shop).groupby("customer").size()
    frequencies = many.value_counts().sort_index()
    return {
        "customers": len(many),
        "repeat_customers": int((many > 1).sum()),
        "frequencies": [list(pair) for pair in frequencies.items()],
    }


def interpurchase(shop: Frames, _given: Given) -> Figures:
    gaps = purchase_days(shop).groupby("customer")["day"].diff().dropna().dt.days.astype("int64")
    bins = ((gaps - 1) // 7 * 7 + 1).value_counts().sort_index()
    return {
        "gaps": len(gaps),
        "mean": float(gaps.mean()),
        "percentiles": gaps.quantile(_PERCENTS).tolist(),
        "bins": [list(pair) for pair in bins.items()],
    }


def pareto(shop: Frames, _given: Given) -> Figures:
    net = _net(shop, "sku")["cents"]
    ranked = np.sort(net[net > 0].to_numpy())[::-1]
    reached, whole, n = ranked.cumsum(), int(ranked.sum()), len(ranked)
    before = reached - ranked
    abc = np.where(before * 5 < whole * 4, "A", np.where(before * 20 < whole * 19, "B", "C"))
    ranks = np.arange(1, n + 1)
    return {
        "whole": whole,
        "classes": [
            [one, int((abc == one).sum()), int(ranked[abc == one].sum())] for one in "ABC" if (abc == one).any()
        ],
        "top_20": int(ranked[: (n + 4) // 5].sum()) / whole,
        "gini": ((n + 1) * whole - 2 * int((ranks * ranked).sum())) / (n * whole),
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
    **pandas_baskets.ANSWERS,
    **pandas_customers.ANSWERS,
}

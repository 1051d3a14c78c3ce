"""What is bought together, in Polars."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import polars as pl

from tests.benchmarks.analytics.peers import baskets
from tests.benchmarks.analytics.peers.figures import Figures, Given, digest

_PRODUCTS_AT_ONCE: Final = 1_000


class Frames(Protocol):
    """The shop."""

    @property
    def sales(self) -> pl.LazyFrame:
        """Its lines."""
        ...


def _baskets(shop: Frames) -> pl.DataFrame:
    return shop.sales.select("order_number", pl.col("sku").cast(pl.String)).unique().collect()


def _owned(shop: Frames) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`customer`, `product`, each pair once; and `product`, `sku`, `n` in the order of the SKUs."""
    named = shop.sales.drop_nulls("customer").select("customer", pl.col("sku").cast(pl.String)).unique().collect()
    products = named.group_by("sku").agg(pl.len().cast(pl.Int64).alias("n")).sort("sku").with_row_index("product")
    return named.join(products.select("sku", "product"), on="sku").select("customer", "product"), products


def _pairs(often: pl.DataFrame, least: int) -> pl.DataFrame:
    """`a`, `b`, `n_ab`, `a` before `b`."""
    return (
        often.lazy()
        .join(often.lazy(), on="order_number", suffix="_b")
        .filter(pl.col("sku") < pl.col("sku_b"))
        .group_by(pl.col("sku").alias("a"), pl.col("sku_b").alias("b"))
        .agg(pl.len().cast(pl.Int64).alias("n_ab"))
        .filter(pl.col("n_ab") >= least)
        .collect()
    )


def affinity(shop: Frames, _given: Given) -> Figures:
    held = _baskets(shop)
    single = held.group_by("sku").agg(pl.len().cast(pl.Int64).alias("n"))
    often = held.join(single.filter(pl.col("n") >= baskets.MIN_COUNT), on="sku", how="semi")
    pairs = (
        _pairs(often, baskets.MIN_COUNT)
        .join(single.rename({"sku": "a", "n": "n_a"}), on="a")
        .join(single.rename({"sku": "b", "n": "n_b"}), on="b")
        .with_columns((pl.col("n_ab") / (pl.col("n_a") * pl.col("n_b"))).alias("lift"))
    )
    top = pairs.sort("lift", "a", "b", descending=[True, False, False]).head(baskets.PAIRS)
    return {
        "n": held["order_number"].n_unique(),
        "count": pairs.height,
        "pairs": [list(row) for row in top.select("a", "b", "n_a", "n_b", "n_ab").rows()],
    }


def basket_rules(shop: Frames, _given: Given) -> Figures:
    held = _baskets(shop)
    n = held["order_number"].n_unique()
    least = baskets.least_of_rule(n)
    items = held.group_by("sku").agg(pl.len().cast(pl.Int64).alias("n")).filter(pl.col("n") >= least)
    often = held.join(items, on="sku", how="semi")
    pairs = _pairs(often, least)
    known = pairs.select("a", "b").lazy()
    pairs_in = (
        often.lazy()
        .join(known, left_on="sku", right_on="a")
        .join(often.lazy(), left_on=["order_number", "b"], right_on=["order_number", "sku"])
        .select("order_number", pl.col("sku").alias("a"), "b")
    )
    triples = (
        pairs_in.join(pairs_in.rename({"a": "b", "b": "c"}), on=["order_number", "b"])
        .join(known.rename({"b": "c"}), on=["a", "c"], how="semi")
        .group_by("a", "b", "c")
        .agg(pl.len().alias("n"))
        .filter(pl.col("n") >= least)
        .collect()
    )
    return baskets.rules(n, dict(items.rows()), pairs.rows(), triples.rows())


def similar_to_one(shop: Frames, given: Given) -> Figures:
    owned, products = _owned(shop)
    (product,) = products.filter(pl.col("sku") == given["sku"])["product"]
    buyers = owned.filter(pl.col("product") == product).select("customer")
    found = _nearest(owned.join(buyers, on="customer", how="semi").with_columns(i=pl.lit(product, pl.UInt32)), products)
    return {"customers": buyers.height, "items": [list(row) for row in found.select("similar", "n_ij", "n_j").rows()]}


def similar_to_all(shop: Frames, _given: Given) -> Figures:
    owned, products = _owned(shop)
    parts = []
    for first in range(0, products.height, _PRODUCTS_AT_ONCE):
        some = owned.filter(pl.col("product").is_between(first, first + _PRODUCTS_AT_ONCE - 1))
        parts.append(_nearest(some.rename({"product": "i"}).join(owned, on="customer"), products))
    found = pl.concat(parts).select("sku", "similar", "n_ij", "n_i", "n_j")
    return {"rows": found.height, "digest": digest(found.rows())}


def _nearest(together: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Of each `i` the first of `product`, from a row a customer who has both."""
    counted = (
        together.lazy()
        .filter(pl.col("i") != pl.col("product"))
        .group_by("i", pl.col("product").alias("j"))
        .agg(pl.len().cast(pl.Int64).alias("n_ij"))
        .join(products.lazy().select(pl.col("product").alias("j"), pl.col("n").alias("n_j")), on="j")
        .with_columns((pl.col("n_ij") * pl.col("n_ij") / pl.col("n_j")).alias("likeness"))
        .sort("i", "likeness", "j", descending=[False, True, False])
        .group_by("i", maintain_order=True)
        .head(baskets.NEIGHBOURS)
        .collect()
    )
    names = products.select("product", "sku", "n")
    return (
        counted.join(names.rename({"product": "i", "n": "n_i"}), on="i", how="left", maintain_order="left")
        .join(names.rename({"product": "j", "sku": "similar", "n": "n"}), on="j", how="left", maintain_order="left")
    )  # fmt: skip


def recommendations(shop: Frames, given: Given) -> Figures:
    owned, products = _owned(shop)
    mine = owned.filter(pl.col("customer") == given["customer"]).select("product")
    beside = (
        owned.join(mine, on="product", how="semi")
        .rename({"product": "i"})
        .lazy()
        .join(owned.lazy(), on="customer")
        .filter(pl.col("i") != pl.col("product"))
        .group_by("i", "product")
        .agg(pl.len())
        .collect()
    )
    skus: list[str] = products["sku"].to_list()
    rows: list[tuple[Any, ...]] = [(skus[i], skus[j], n) for i, j, n in beside.rows()]
    bought = {skus[product] for product in mine["product"]}
    return baskets.recommended(bought, rows, dict(products.select("sku", "n").rows()))


ANSWERS: Final[Mapping[str, Callable[[Frames, Given], Figures]]] = {
    "affinity": affinity,
    "basket-rules": basket_rules,
    "similar to one": similar_to_one,
    "similar to all": similar_to_all,
    "recommendations": recommendations,
}

"""What is bought together, in pandas; where a merge would not fit into memory, by a sparse matrix of SciPy."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it brings no types
from scipy import sparse  # type: ignore[import-untyped]  # it brings no types

from tests.benchmarks.analytics.peers import baskets
from tests.benchmarks.analytics.peers.figures import Figures, Given, digest

_PRODUCTS_AT_ONCE: Final = 500


class Frames(Protocol):
    """The shop."""

    @property
    def sales(self) -> pd.DataFrame:
        """Its lines."""
        ...


def _baskets(shop: Frames) -> pd.DataFrame:
    """`order_number`, `item` (a number in the order of the SKUs), each pair once."""
    held = shop.sales[["order_number"]].assign(item=shop.sales["sku"].cat.codes.astype("int32"))
    return held.drop_duplicates()


def _skus(shop: Frames) -> "np.ndarray[Any, Any]":
    """Of the numbers; categories are sorted."""
    names: np.ndarray[Any, Any] = shop.sales["sku"].cat.categories.to_numpy()
    return names


def _owned(shop: Frames) -> Any:
    """Customers in rows, products in columns, 1 where who bought what."""
    known = shop.sales.dropna(subset="customer")
    pairs = pd.DataFrame(
        {"customer": known["customer"].astype("int32"), "item": known["sku"].cat.codes.astype("int32")}
    ).drop_duplicates()
    shape = (int(pairs["customer"].max()) + 1, len(known["sku"].cat.categories))
    return sparse.csr_matrix((np.ones(len(pairs), "int32"), (pairs["customer"], pairs["item"])), shape=shape)


def _pairs(often: pd.DataFrame, least: int) -> pd.DataFrame:
    both = often.merge(often, on="order_number", suffixes=("_a", "_b"))
    both = both[both["item_a"] < both["item_b"]]
    counted = both.groupby(["item_a", "item_b"]).size().rename("n_ab").reset_index()
    return counted[counted["n_ab"] >= least]


def affinity(shop: Frames, _given: Given) -> Figures:
    held, skus = _baskets(shop), _skus(shop)
    single = held["item"].value_counts()
    pairs = _pairs(held[held["item"].isin(single.index[single >= baskets.MIN_COUNT])], baskets.MIN_COUNT)
    pairs = pairs.assign(n_a=pairs["item_a"].map(single), n_b=pairs["item_b"].map(single))
    pairs["lift"] = pairs["n_ab"] / (pairs["n_a"] * pairs["n_b"])
    top = pairs.sort_values(["lift", "item_a", "item_b"], ascending=[False, True, True]).head(baskets.PAIRS)
    counts = top[["n_a", "n_b", "n_ab"]].to_numpy().tolist()
    rows = zip(skus[top["item_a"]], skus[top["item_b"]], counts, strict=True)
    return {
        "n": held["order_number"].nunique(), "count": len(pairs), "pairs": [[a, b, *counts] for a, b, counts in rows],
    }  # fmt: skip


def basket_rules(shop: Frames, _given: Given) -> Figures:
    held, skus = _baskets(shop), _skus(shop)
    n = held["order_number"].nunique()
    least = baskets.least_of_rule(n)
    single = held["item"].value_counts()
    single = single[single >= least]
    often = held[held["item"].isin(single.index)]
    pairs = _pairs(often, least)
    known = pairs[["item_a", "item_b"]].rename(columns={"item_a": "a", "item_b": "b"})
    pairs_in = (
        often.rename(columns={"item": "a"})
        .merge(known, on="a")
        .merge(often.rename(columns={"item": "b"}), on=["order_number", "b"])
    )
    triples = (
        pairs_in.merge(pairs_in.rename(columns={"a": "b", "b": "c"}), on=["order_number", "b"])
        .merge(known.rename(columns={"b": "c"}), on=["a", "c"])
        .groupby(["a", "b", "c"])
        .size()
    )
    return baskets.rules(
        n,
        {skus[item]: int(count) for item, count in single.items()},
        [[skus[a], skus[b], count] for a, b, count in pairs.to_numpy().tolist()],
        [[*(skus[item] for item in items), int(count)] for items, count in triples[triples >= least].items()],
    )


def similar_to_one(shop: Frames, given: Given) -> Figures:
    owned, skus = _owned(shop), _skus(shop)
    item = int(np.searchsorted(skus, given["sku"]))
    n = np.asarray(owned.sum(axis=0)).ravel()
    both = np.asarray((owned[:, item].T @ owned).todense()).ravel()
    return {"customers": int(n[item]), "items": [[skus[j], n_ij, n_j] for j, n_ij, n_j in _nearest(item, both, n)]}


def similar_to_all(shop: Frames, _given: Given) -> Figures:
    owned, skus = _owned(shop), _skus(shop)
    n = np.asarray(owned.sum(axis=0)).ravel()
    by_product, rows = owned.T.tocsr(), []
    for first in range(0, len(skus), _PRODUCTS_AT_ONCE):
        block = (by_product[first : first + _PRODUCTS_AT_ONCE] @ owned).toarray()
        for item, both in enumerate(block, first):
            rows += [[skus[item], skus[j], n_ij, int(n[item]), n_j] for j, n_ij, n_j in _nearest(item, both, n)]
    return {"rows": len(rows), "digest": digest(rows)}


def _nearest(item: int, both: "np.ndarray[Any, Any]", n: "np.ndarray[Any, Any]") -> list[tuple[int, int, int]]:
    """The first products by likeness, then by number, with how many customers have both and have them."""
    others = np.flatnonzero(both)
    others = others[others != item]
    together = both[others].astype("int64")
    likeness = together * together / n[others]
    if len(others) > baskets.NEIGHBOURS:
        least = np.partition(likeness, -baskets.NEIGHBOURS)[-baskets.NEIGHBOURS]
        others, likeness = others[likeness >= least], likeness[likeness >= least]
    first = others[np.lexsort((others, -likeness))][: baskets.NEIGHBOURS]
    return [(int(j), int(both[j]), int(n[j])) for j in first]


def recommendations(shop: Frames, given: Given) -> Figures:
    owned, skus = _owned(shop), _skus(shop)
    mine = owned[given["customer"]].indices
    both = (owned[:, mine].T @ owned).tocoo()
    beside = [
        (skus[mine[row]], skus[column], int(count))
        for row, column, count in zip(both.row, both.col, both.data, strict=True)
        if mine[row] != column
    ]
    customers = dict(zip(skus, np.asarray(owned.sum(axis=0)).ravel().tolist(), strict=True))
    return baskets.recommended({skus[item] for item in mine}, beside, customers)


ANSWERS: Final[Mapping[str, Callable[[Frames, Given], Figures]]] = {
    "affinity": affinity,
    "basket-rules": basket_rules,
    "similar to one": similar_to_one,
    "similar to all": similar_to_all,
    "recommendations": recommendations,
}

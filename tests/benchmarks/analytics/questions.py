"""What is asked: the reports with their parameters, the main figures of an answer, and the goals.

Each figure is one that the peers work out too; `data` is that of an answer over HTTP. What an answer says beyond
(names, shares, all that follows from these by a division) is not compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.benchmarks.analytics.peers.baskets import MIN_CONFIDENCE, MIN_COUNT, NEIGHBOURS, PAIRS, RULES
from tests.benchmarks.analytics.peers.figures import FIRST, Figures, Given, cents, digest
from tests.benchmarks.analytics.shop import AS_OF

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A report and what is asked of it; `given` are those of its parameters that hang on the shop.

    `most_seconds` is what the embedded warehouse may take at the full size, where that is not said by the peers.
    Figures of peers may differ by the part `within`, which is more than a rounding for fitted models alone.
    """

    name: str
    report: str
    figures: Callable[[Data], Figures]
    parameters: Mapping[str, str] = field(default_factory=dict)
    given: Callable[[Given], Mapping[str, str]] = lambda _: {}
    most_seconds: float | None = None
    within: float = 1e-9

    @property
    def is_counted(self) -> bool:
        """Whether nothing is fitted, so that everybody has the same figures."""
        return self.within < 1e-6

    def asked(self, given: Given) -> Mapping[str, str]:
        """All parameters."""
        return {"as_of": AS_OF.isoformat(), **self.parameters, **self.given(given)}


def _summary(data: Data) -> Figures:
    return {
        **{name: data[name] for name in ("orders", "customers", "products", "units", "basket_size")},
        **{name: cents(data[name]) for name in ("revenue", "returned_revenue")},
    }


def _revenue(data: Data) -> Figures:
    def last_seven(average: str | None) -> int | None:
        return None if average is None else round(float(average) * 700)

    return {
        "days": [
            [one["start"], one["orders"], one["units"], cents(one["revenue"]), one["customers"], one["new_customers"],
             last_seven(one["moving_average"])]
            for one in data["periods"]
        ]
    }  # fmt: skip


def _top_products(data: Data) -> Figures:
    items = [
        [one["key"], cents(one["revenue"]), one["units"], one["orders"], one["customers"]] for one in data["items"]
    ]
    return {"count": data["count"], "whole": cents(data["whole"]), "items": items}


def _rfm(data: Data) -> Figures:
    return {"cells": [[one["score"], one["customers"], one["orders"], cents(one["revenue"])] for one in data["cells"]]}


def _cohorts(data: Data) -> Figures:
    cells = (
        [one["cohort"], one["start"], one["customers"], one["orders"], cents(one["revenue"])] for one in data["cells"]
    )
    return {"cells": [cell for cell in cells if any(cell[2:])]}


def _repeat_rate(data: Data) -> Figures:
    frequencies = [[one["purchase_days"], one["customers"]] for one in data["frequencies"]]
    return {
        "customers": data["customers"], "repeat_customers": data["repeat_customers"], "frequencies": frequencies,
    }  # fmt: skip


def _interpurchase(data: Data) -> Figures:
    return {
        "gaps": data["gaps"],
        "mean": data["mean_days"],
        "percentiles": [float(one["days"]) for one in data["percentiles"]],
        "bins": [[one["first_days"], one["gaps"]] for one in data["histogram"]],
    }


def _pareto(data: Data) -> Figures:
    return {
        "whole": cents(data["whole"]),
        "classes": [[one["abc"], one["items"], cents(one["revenue"])] for one in data["classes"]],
        "top_20": data["top_20_percent_share"],
        "gini": data["gini"],
    }


def _affinity(data: Data) -> Figures:
    pairs = [[one[name] for name in ("a", "b", "n_a", "n_b", "n_ab")] for one in data["pairs"]]
    return {"n": data["n"], "count": data["count"], "pairs": pairs}


def _basket_rules(data: Data) -> Figures:
    rules = [[one[name] for name in ("antecedent", "consequent", "n_a", "n_c", "n_ac")] for one in data["rules"]]
    return {"n": data["n"], "count": data["count"], "rules": rules}


def _similar_to_one(data: Data) -> Figures:
    return {
        "customers": data["items"][0]["customers"],
        "items": [[one["similar"], one["both"], one["similar_customers"]] for one in data["items"]],
    }


def _similar_to_all(data: Data) -> Figures:
    names = ("key", "similar", "both", "customers", "similar_customers")
    return {
        "rows": len(data["items"]), "digest": digest([one[name] for name in names] for one in data["items"]),
    }  # fmt: skip


def _recommendations(data: Data) -> Figures:
    return {
        "bought": data["bought"],
        "similar": data["similar"],
        "items": [[one["key"], one["score"]] for one in data["items"] if one["basis"] == "similar"],
    }


def _lifetime_value(data: Data) -> Figures:
    return {
        **{name: data[name] for name in ("customers", "repeat_customers", "lifetime_value")},
        "parameters": [data["buying"][name] for name in ("r", "alpha", "a", "b")],
        "log_likelihood": data["buying"]["log_likelihood"],
    }


def _churn(data: Data) -> Figures:
    return {name: data[name] for name in ("customers", "repeat_customers", "late", "expected_alive")}


def _comparison(data: Data) -> Figures:
    figures = {one["figure"]: [one["value"], one["before"]] for one in data["figures"]}
    figures["revenue"] = [cents(one) for one in figures["revenue"]]
    return {
        "figures": [figures[name] for name in ("customers", "new_customers", "orders", "units", "revenue")],
        **{name: data[name] for name in ("count", "risen", "fallen")},
        "movers": [[one["key"], cents(one["value"]), cents(one["before"])] for one in data["movers"]],
    }


# Two searches for the most likely parameters end in places that are as near as this.
_WITHIN_FITS: Final = 2e-3
_RULES: Final = {
    "min_support": "0.001", "min_confidence": str(MIN_CONFIDENCE), "max_length": "3", "sort": "lift",
    "limit": str(RULES),
}  # fmt: skip
QUESTIONS: Final[Sequence[Question]] = (
    Question(name="summary", report="summary", figures=_summary),
    Question(name="revenue", report="revenue", figures=_revenue),
    Question(name="top-products", report="top-products", figures=_top_products, parameters={"limit": "100"}),
    Question(name="rfm", report="rfm", figures=_rfm),
    Question(name="cohorts", report="cohorts", figures=_cohorts),
    Question(name="repeat-rate", report="repeat-rate", figures=_repeat_rate),
    Question(name="interpurchase", report="interpurchase", figures=_interpurchase),
    Question(name="pareto", report="pareto", figures=_pareto),
    Question(
        name="comparison",
        report="comparison",
        figures=_comparison,
        parameters={"from": FIRST[0].isoformat()},
    ),
    Question(
        name="affinity",
        report="affinity",
        figures=_affinity,
        parameters={"min_count": str(MIN_COUNT), "sort": "lift", "limit": str(PAIRS)},
    ),
    Question(name="basket-rules", report="basket-rules", figures=_basket_rules, parameters=_RULES),
    Question(
        name="similar to one",
        report="similar-products",
        figures=_similar_to_one,
        parameters={"limit": str(NEIGHBOURS)},
        given=lambda given: {"product": given["sku"]},
        most_seconds=0.010,
    ),
    Question(
        name="similar to all",
        report="similar-products",
        figures=_similar_to_all,
        parameters={"limit": str(NEIGHBOURS)},
        most_seconds=8,
    ),
    Question(
        name="recommendations",
        report="recommendations",
        figures=_recommendations,
        parameters={"limit": str(NEIGHBOURS)},
        given=lambda given: {"customer": given["customer_id"]},
    ),
    # The answers of models say more: the customers of the most value, and a second model held against a holdout.
    Question(
        name="lifetime-value", report="lifetime-value", figures=_lifetime_value, most_seconds=5, within=_WITHIN_FITS
    ),
    Question(name="churn", report="churn", figures=_churn, within=_WITHIN_FITS),
)

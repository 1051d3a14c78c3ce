"""What is asked: the reports with their parameters, the main figures of an answer, and the goals.

Each figure is one that the peers work out too; `data` is that of an answer over HTTP. What an answer says beyond
(names, shares, all that follows from these by a division) is not compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.benchmarks.analytics.peers.figures import Figures, Given, cents
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


QUESTIONS: Final[Sequence[Question]] = (
    Question(name="summary", report="summary", figures=_summary),
    Question(name="revenue", report="revenue", figures=_revenue),
    Question(name="top-products", report="top-products", figures=_top_products, parameters={"limit": "100"}),
    Question(name="rfm", report="rfm", figures=_rfm),
    Question(name="cohorts", report="cohorts", figures=_cohorts),
    Question(name="repeat-rate", report="repeat-rate", figures=_repeat_rate),
    Question(name="interpurchase", report="interpurchase", figures=_interpurchase),
    Question(name="pareto", report="pareto", figures=_pareto),
)

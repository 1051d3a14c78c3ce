"""The same questions to several stores: do they answer the same, to the digit?"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

from msgspec import Struct

from application.analytics.affinity import TOO_MANY_PAIRS
from application.analytics.basket_rules import TOO_MANY_BASKET_ITEMS
from application.analytics.lifetime_reports import CHURN, CHURN_CUSTOMERS, LIFETIME_VALUE
from application.analytics.reports import RFM_CUSTOMERS
from application.analytics.service import AnalyticsService
from application.errors import BadQuery, Conflict, NotInstalled
from application.ports.computation import Computation
from application.ports.history import HistorySink, HistorySource
from application.ports.lifetime_models import LifetimeModels
from application.ports.purchases import PurchaseFacts
from application.ports.system import Clock
from domain.analytics.cohorts import Retention
from domain.analytics.comparison import Against
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.lifetime_facts import Late
from domain.analytics.pairs import Measure, Unit
from domain.analytics.periods import Period
from domain.analytics.rfm import Method
from domain.analytics.rules import RuleMeasure
from domain.analytics.segments import STANDARD, SegmentTable
from domain.shared.errors import Refused

Parameters = Mapping[str, str]

# Far west, far east, and a quarter of an hour off: what is one day here is another there.
_ZONES = ("UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Auckland")
_ATTEMPTS = 3
_NARROW = {"returns": "ignore", "lines": "paid", "customers": "known"}
_REFUSED = "refused:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A store to compare. One with a sink is given the history of the source first, one with `sync` is brought to it
    in its own way.
    """

    facts: PurchaseFacts
    sink: HistorySink | None = None
    sync: Callable[[], Awaitable[object]] | None = None


class Check(Struct, frozen=True, kw_only=True):
    """One question, and the digest that each store gave; `refused:` and a code where it refused to answer."""

    report: str
    parameters: Parameters
    digests: Mapping[str, str]
    agree: bool


class Verification(Struct, frozen=True, kw_only=True):
    """Whether all stores gave the same digests; `watermarks` says how far each one's data went."""

    agree: bool
    watermarks: Mapping[str, int]
    asked: int
    disagreed: int
    checks: Sequence[Check]


class VerificationService:
    """Compares stores by name."""

    def __init__(
        self,
        *,
        source: HistorySource,
        backends: Mapping[str, Backend],
        clock: Clock,
        computation: Computation,
        segments: SegmentTable = STANDARD,
        models: LifetimeModels,
    ) -> None:
        self._source = source
        self._computation = computation
        self._backends = backends
        self._clock = clock
        self._segments = segments
        self._models = models

    async def verify(
        self, told: Callable[[Check], None] = lambda _check: None, *, reports: Collection[str] = ()
    ) -> Verification:
        """Copies the history of the source into the backends with a sink, then asks all of them every question, or
        those of `reports` alone.

        - Every report, all three RFM methods, days, weeks and months, several time zones, each currency.
        - A store that refuses to count so many pairs differs from no other by that.
        - When the source changes meanwhile, all of it is done again, three times at most; then it raises Conflict.
        - `told` hears of each check as it is made.
        """
        for _ in range(_ATTEMPTS):
            await self._copy()
            services = self._services()
            checks: list[Check] = []
            first = await self._watermarks()
            for report, parameters in await self._questions(reports):
                check = await _ask(services, report, parameters)
                checks.append(check)
                told(check)
            if await self._watermarks() == first and (len(set(first.values())) <= 1 or not self._copies):
                disagreed = sum(not check.agree for check in checks)
                return Verification(
                    agree=disagreed == 0, watermarks=first, asked=len(checks), disagreed=disagreed, checks=checks
                )
        raise Conflict("the store changed while it was compared: try again when less is written")

    @property
    def _copies(self) -> bool:
        return any(backend.sink is not None or backend.sync is not None for backend in self._backends.values())

    async def _copy(self) -> None:
        for backend in self._backends.values():
            if backend.sink is not None:
                await backend.sink.write(await self._source.read())
            if backend.sync is not None:
                await backend.sync()

    def _services(self) -> dict[str, AnalyticsService]:
        # One moment for all, so that midnight does not fall between two stores.
        clock = _Stopped(self._clock.now())
        return {
            name: AnalyticsService(
                facts=backend.facts,
                clock=clock,
                computation=self._computation,
                segments=self._segments,
                models=self._models,
            )
            for name, backend in self._backends.items()
        }

    async def _watermarks(self) -> dict[str, int]:
        return {
            name: await backend.facts.read(lambda view: view.watermark()) for name, backend in self._backends.items()
        }

    async def _questions(self, reports: Collection[str]) -> list[tuple[str, Parameters]]:
        currencies: set[str] = set()
        for backend in self._backends.values():
            currencies |= set(await backend.facts.read(lambda view: view.currencies()))
        return [
            (report, {**parameters, **({"currency": currency} if currency else {})})
            for currency in sorted(currencies) or [""]
            for report, parameters in questions()
            if not reports or report in reports
        ]


def verified_reports() -> tuple[str, ...]:
    """The names of the reports that there are questions of."""
    return tuple(dict.fromkeys(report for report, _ in questions()))


def questions() -> Iterator[tuple[str, Parameters]]:
    """Every report with parameters that between them take each value of each choice."""
    utc, west, quarter, east = _ZONES
    for tz, scope in ((utc, {}), (west, _NARROW), (quarter, {"returns": "ignore"}), (east, {"lines": "paid"})):
        yield "summary", {"tz": tz, **scope}
        yield "repeat-rate", {"tz": tz, **scope}
        yield "interpurchase", {"tz": tz, **scope}
    for period, tz in ((Period.DAY, quarter), (Period.WEEK, west), (Period.MONTH, east)):
        yield "revenue", {"period": period, "tz": tz}
        yield "revenue", {"period": period, "tz": utc, **_NARROW}
    for period, tz in ((Period.WEEK, quarter), (Period.MONTH, west)):
        yield "cohorts", {"period": period, "retention": Retention.CLASSIC, "tz": tz}
        yield "cohorts", {"period": period, "retention": Retention.UNBOUNDED, "tz": utc, **_NARROW}
    for by in By:
        for metric in Metric:
            yield "top-products", {"by": by, "metric": metric, "limit": "1000"}
        yield "top-products", {"by": by, "tz": west, **_NARROW}
    for dimension in Dimension:
        yield "pareto", {"by": dimension, "limit": "1000"}
        yield "pareto", {"by": dimension, "tz": east, **_NARROW}
    for method, tz in ((Method.QUANTILE, west), (Method.NTILE, east), (Method.RANK, quarter)):
        yield "rfm", {"method": method, "tz": tz}
        yield "rfm", {"method": method, **_NARROW}
        yield RFM_CUSTOMERS.name, {"method": method, "limit": "100"}
    yield LIFETIME_VALUE.name, {"limit": "1000", "holdout_weeks": "13"}
    yield LIFETIME_VALUE.name, {"tz": east, "months": "3", "discount": "0", "limit": "10", **_NARROW}
    for late, tz, scope in ((Late.ALL, utc, {}), (Late.YES, west, _NARROW), (Late.NO, quarter, {})):
        yield CHURN.name, {"tz": tz, **scope}
        yield CHURN_CUSTOMERS.name, {"late": late, "tz": tz, "limit": "100", **scope}
    yield from _questions_of_baskets()


def _questions_of_baskets() -> Iterator[tuple[str, Parameters]]:
    _, west, quarter, east = _ZONES
    for measure, by, tz in zip(RuleMeasure, cycle(By), cycle(_ZONES), strict=False):
        yield "basket-rules", {"by": by, "sort": measure, "min_support": "0.02", "max_length": "4", "tz": tz}
    for by in By:
        yield "basket-rules", {"by": by, "min_support": "0.05", "min_confidence": "0", "limit": "10000", **_NARROW}
    for by, against in zip(By, (*Against, Against.YEAR), strict=True):
        yield "comparison", {"by": by, "against": against, "tz": quarter, "limit": "1000"}
    for metric in Metric:
        yield (
            "comparison",
            {"from": "1901-01-01", "against_from": "1900-12-01", "metric": metric, "tz": east, **_NARROW},
        )
    for unit, by, sort in zip(cycle(Unit), cycle(By), Measure, strict=False):
        yield "affinity", {"unit": unit, "by": by, "sort": sort, "min_count": "1", "limit": "1000"}
        yield "affinity", {"by": by, "sort": sort, "min_support": "0.001", "min_lift": "1", "tz": west, **_NARROW}
    yield "similar-products", {"limit": "3"}
    yield "similar-products", {"min_count": "2", "limit": "3", "tz": east, **_NARROW}
    yield "recommendations", {"limit": "100"}
    yield "recommendations", {"tz": quarter, **_NARROW}


async def _ask(services: Mapping[str, AnalyticsService], report: str, parameters: Parameters) -> Check:
    digests = {name: await _digest(service, report, parameters) for name, service in services.items()}
    # A store that is not made for so much says nothing of what others answer.
    told = set(digests.values()) - {f"{_REFUSED}{code}" for code in (TOO_MANY_PAIRS, TOO_MANY_BASKET_ITEMS)}
    return Check(report=report, parameters=parameters, digests=digests, agree=len(told) <= 1)


async def _digest(service: AnalyticsService, report: str, parameters: Parameters) -> str:
    pairs = list(parameters.items())
    try:
        if report == RFM_CUSTOMERS.name:
            return (await service.rfm_customers(pairs)).answer_digest
        if report == CHURN_CUSTOMERS.name:
            return (await service.churn_customers(pairs)).answer_digest
        return (await service.ask(report, pairs)).answer_digest
    except BadQuery as error:
        return f"{_REFUSED}{error.problems[0].code}"
    except (Refused, NotInstalled) as error:
        return f"{_REFUSED}{error.code}"


@dataclass(frozen=True, slots=True)
class _Stopped:
    moment: datetime

    def now(self) -> datetime:
        return self.moment

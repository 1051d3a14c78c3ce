"""The same questions to several stores: do they answer the same, to the digit?"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from application.analytics.reports import RFM_CUSTOMERS
from application.analytics.service import AnalyticsService
from application.errors import BadQuery, Conflict
from application.ports.history import HistorySink, HistorySource
from application.ports.purchases import PurchaseFacts
from application.ports.system import Clock
from domain.analytics.cohorts import Retention
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.periods import Period
from domain.analytics.rfm import Method
from domain.analytics.segments import STANDARD, SegmentTable

Parameters = Mapping[str, str]

# Far west, far east, and a quarter of an hour off: what is one day here is another there.
_ZONES = ("UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Auckland")
_ATTEMPTS = 3


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
        segments: SegmentTable = STANDARD,
    ) -> None:
        self._source = source
        self._backends = backends
        self._clock = clock
        self._segments = segments

    async def verify(self, told: Callable[[Check], None] = lambda _check: None) -> Verification:
        """Copies the history of the source into the backends with a sink, then asks all of them every question.

        - Every report, all three RFM methods, days, weeks and months, several time zones, each currency.
        - When the source changes meanwhile, all of it is done again, three times at most; then it raises Conflict.
        - `told` hears of each check as it is made.
        """
        for _ in range(_ATTEMPTS):
            await self._copy()
            services = self._services()
            checks: list[Check] = []
            first = await self._watermarks()
            for report, parameters in await self._questions():
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
            name: AnalyticsService(facts=backend.facts, clock=clock, segments=self._segments)
            for name, backend in self._backends.items()
        }

    async def _watermarks(self) -> dict[str, int]:
        return {
            name: await backend.facts.read(lambda view: view.watermark()) for name, backend in self._backends.items()
        }

    async def _questions(self) -> list[tuple[str, Parameters]]:
        currencies: set[str] = set()
        for backend in self._backends.values():
            currencies |= set(await backend.facts.read(lambda view: view.currencies()))
        return [
            (report, {**parameters, **({"currency": currency} if currency else {})})
            for currency in sorted(currencies) or [""]
            for report, parameters in questions()
        ]


def questions() -> Iterator[tuple[str, Parameters]]:
    """Every report with parameters that between them take each value of each choice."""
    utc, west, quarter, east = _ZONES
    narrow = {"returns": "ignore", "lines": "paid", "customers": "known"}
    for tz, scope in ((utc, {}), (west, narrow), (quarter, {"returns": "ignore"}), (east, {"lines": "paid"})):
        yield "summary", {"tz": tz, **scope}
        yield "repeat-rate", {"tz": tz, **scope}
        yield "interpurchase", {"tz": tz, **scope}
    for period, tz in ((Period.DAY, quarter), (Period.WEEK, west), (Period.MONTH, east)):
        yield "revenue", {"period": period, "tz": tz}
        yield "revenue", {"period": period, "tz": utc, **narrow}
    for period, tz in ((Period.WEEK, quarter), (Period.MONTH, west)):
        yield "cohorts", {"period": period, "retention": Retention.CLASSIC, "tz": tz}
        yield "cohorts", {"period": period, "retention": Retention.UNBOUNDED, "tz": utc, **narrow}
    for by in By:
        for metric in Metric:
            yield "top-products", {"by": by, "metric": metric, "limit": "1000"}
        yield "top-products", {"by": by, "tz": west, **narrow}
    for dimension in Dimension:
        yield "pareto", {"by": dimension, "limit": "1000"}
        yield "pareto", {"by": dimension, "tz": east, **narrow}
    for method, tz in ((Method.QUANTILE, west), (Method.NTILE, east), (Method.RANK, quarter)):
        yield "rfm", {"method": method, "tz": tz}
        yield "rfm", {"method": method, **narrow}
        yield RFM_CUSTOMERS.name, {"method": method, "limit": "100"}


async def _ask(services: Mapping[str, AnalyticsService], report: str, parameters: Parameters) -> Check:
    digests = {name: await _digest(service, report, parameters) for name, service in services.items()}
    return Check(report=report, parameters=parameters, digests=digests, agree=len(set(digests.values())) <= 1)


async def _digest(service: AnalyticsService, report: str, parameters: Parameters) -> str:
    pairs = list(parameters.items())
    try:
        if report == RFM_CUSTOMERS.name:
            return (await service.rfm_customers(pairs)).answer_digest
        return (await service.ask(report, pairs)).answer_digest
    except BadQuery as error:
        return f"refused:{error.problems[0].code}"


@dataclass(frozen=True, slots=True)
class _Stopped:
    moment: datetime

    def now(self) -> datetime:
        return self.moment

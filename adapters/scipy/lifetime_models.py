"""Models of customers, fitted by a thread of their own."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

from adapters.scipy import expectations, fitting
from adapters.scipy.likelihoods import BuyingLikelihood, SpendingLikelihood, fingerprint
from application.errors import Unavailable
from domain.analytics.bg_nbd import BgNbd
from domain.analytics.fitted import FittedBgNbd, FittedGammaGamma
from domain.analytics.lifetime_facts import BuyingFacts, SpendingFacts

Told = TypeVar("Told")
Facts = TypeVar("Facts")
Likelihood = TypeVar("Likelihood", BuyingLikelihood, SpendingLikelihood)

_KEPT = 8


class _GivenUp(Exception):
    """Nobody waits for the answer any more."""


class ScipyLifetimeModels:
    """One piece of work at a time, each for `seconds` at most, its wait for others included.

    The arithmetic is NumPy's, which lets other threads go on meanwhile. Before each evaluation it is asked whether
    somebody still waits, so that a deadline, or a caller who goes away, ends the work and not only the waiting. The
    last few fits are kept by their facts: pages of one list, and a profile beside its report, are of one model.
    """

    def __init__(self, *, seconds: float = 20.0) -> None:
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lifetime-models")
        self._fits: OrderedDict[bytes, Any] = OrderedDict()

    async def fit_buying(self, facts: Sequence[BuyingFacts]) -> FittedBgNbd:
        """BG/NBD."""
        return await self._fitted(BuyingLikelihood.of, fitting.fit_buying, facts)

    async def fit_spending(self, facts: Sequence[SpendingFacts]) -> FittedGammaGamma:
        """Gamma-Gamma."""
        return await self._fitted(SpendingLikelihood.of, fitting.fit_spending, facts)

    async def purchases_while_alive(
        self, model: BgNbd, places: Sequence[tuple[int, float]], weeks: Sequence[float]
    ) -> Sequence[Sequence[float]]:
        """At every place, for each horizon."""

        def work(go_on: Callable[[], None]) -> list[list[float]]:
            found: list[list[float]] = expectations.purchases_while_alive(model, places, weeks, go_on).tolist()
            return found

        return await self._done(work)

    async def _fitted(
        self,
        arrays: Callable[[Sequence[Facts]], Likelihood],
        fit: Callable[[Likelihood, Callable[[], None]], Told],
        facts: Sequence[Facts],
    ) -> Told:
        def work(go_on: Callable[[], None]) -> Told:
            likelihood = arrays(facts)
            key = fingerprint(likelihood)
            # Touched by this one thread alone.
            if key not in self._fits:
                self._fits[key] = fit(likelihood, go_on)
                if len(self._fits) > _KEPT:
                    self._fits.popitem(last=False)
            self._fits.move_to_end(key)
            found: Told = self._fits[key]
            return found

        return await self._done(work)

    async def _done(self, work: Callable[[Callable[[], None]], Told]) -> Told:
        given_up = Event()

        def go_on() -> None:
            if given_up.is_set():
                raise _GivenUp

        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work, go_on)
        except TimeoutError:
            message = f"the model was not fitted within {self._seconds:g} seconds: ask for less, or later"
            raise Unavailable(message) from None
        finally:
            given_up.set()

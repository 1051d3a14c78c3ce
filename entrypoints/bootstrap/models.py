"""Models of customers, loaded with the first question that needs one."""

import asyncio
from collections.abc import Callable, Sequence

from application.ports.lifetime_models import LifetimeModels
from domain.analytics.bg_nbd import BgNbd
from domain.analytics.fitted import FittedBgNbd, FittedGammaGamma
from domain.analytics.lifetime_facts import BuyingFacts, SpendingFacts


class ModelsWhenAsked:
    """What `load` gives, once it is asked: SciPy takes half a second to import, and most processes never need it."""

    def __init__(self, load: Callable[[], LifetimeModels]) -> None:
        self._load = load
        self._models: LifetimeModels | None = None
        self._loading = asyncio.Lock()

    async def fit_buying(self, facts: Sequence[BuyingFacts]) -> FittedBgNbd:
        """BG/NBD."""
        return await (await self._loaded()).fit_buying(facts)

    async def fit_spending(self, facts: Sequence[SpendingFacts]) -> FittedGammaGamma:
        """Gamma-Gamma."""
        return await (await self._loaded()).fit_spending(facts)

    async def purchases_while_alive(
        self, model: BgNbd, places: Sequence[tuple[int, float]], weeks: Sequence[float]
    ) -> Sequence[Sequence[float]]:
        """At every place, for each horizon."""
        return await (await self._loaded()).purchases_while_alive(model, places, weeks)

    async def _loaded(self) -> LifetimeModels:
        async with self._loading:
            if self._models is None:
                self._models = await asyncio.to_thread(self._load)
            return self._models

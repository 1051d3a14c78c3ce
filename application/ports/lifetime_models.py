"""What fits models of customers to exact facts: the definitions are the domain's, the numerical work an adapter's."""

from collections.abc import Sequence
from typing import Protocol

from domain.analytics.bg_nbd import BgNbd
from domain.analytics.fitted import FittedBgNbd, FittedGammaGamma
from domain.analytics.lifetime_facts import BuyingFacts, SpendingFacts


class LifetimeModels(Protocol):
    """Fits by maximum likelihood. The same facts give the same answer, to six significant digits, on every machine.

    The work is done beside the event loop, one piece after another, and is given up when the caller does. Each method
    raises Unavailable when an answer is not there in a set time, waiting for others included, or when what fits is not
    installed.
    """

    async def fit_buying(self, facts: Sequence[BuyingFacts]) -> FittedBgNbd:
        """BG/NBD, of facts that are `enough_to_fit`. Raises FitNotConverged."""
        ...

    async def fit_spending(self, facts: Sequence[SpendingFacts]) -> FittedGammaGamma:
        """Gamma-Gamma, of facts that are `enough_to_fit`. Customers whose repeats came to nothing are left out.

        Raises FitNotConverged, also where the mean would be infinite.
        """
        ...

    async def purchases_while_alive(
        self, model: BgNbd, places: Sequence[tuple[int, float]], weeks: Sequence[float]
    ) -> Sequence[Sequence[float]]:
        """`BgNbd.purchases_while_alive` at every place (x, T in weeks), for each horizon in `weeks`, in their order."""
        ...

"""Which store answers, when there is a warehouse beside that of record."""

from typing import Final

from application.ports.purchases import PurchaseFacts
from application.ports.warehouse import WarehouseUnreadable
from application.warehouse.service import WarehouseService

# For who is told that the store of record cannot count what was asked.
OR_A_WAREHOUSE: Final = "or ask a warehouse (ANALYTICS_STORAGE; with max_lag=60 one that is a minute behind)"


class FreshEnough:
    """The warehouse where it is fresh enough, and the store of record while it is not, or is not there yet.

    `max_lag`, in seconds, is for questions that set no limit of their own; None has the warehouse answer these. Without
    `service` nobody knows how late the warehouse is: where there is a limit the store of record answers.
    """

    def __init__(
        self,
        *,
        warehouse: PurchaseFacts,
        records: PurchaseFacts,
        service: WarehouseService | None,
        max_lag: int | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._records = records
        self._service = service
        self._max_lag = max_lag

    @property
    def stores(self) -> tuple[PurchaseFacts, PurchaseFacts]:
        """Both."""
        return self._warehouse, self._records

    async def store(self, max_lag: int | None) -> PurchaseFacts:
        """Asks the store of record how late the warehouse is when there is a limit, and nobody when there is none."""
        limit = self._max_lag if max_lag is None else max_lag
        if self._service is None:
            return self._warehouse if limit is None else self._records
        try:
            place = await self._service.place()
            late = place is None or (limit is not None and await self._service.lag(place) > limit)
        except WarehouseUnreadable:  # the next sync writes it anew
            late = True
        return self._records if late else self._warehouse

"""Which store answers, when there is a warehouse beside that of record."""

from application.ports.purchases import PurchaseFacts
from application.warehouse.service import WarehouseService


class FreshEnough:
    """The warehouse where it is fresh enough, and the store of record while it is not, or is not there yet.

    Without `service` nobody knows how late the warehouse is: whoever sets a limit is answered by the store of record.
    """

    def __init__(self, *, warehouse: PurchaseFacts, records: PurchaseFacts, service: WarehouseService | None) -> None:
        self._warehouse = warehouse
        self._records = records
        self._service = service

    @property
    def stores(self) -> tuple[PurchaseFacts, PurchaseFacts]:
        """Both."""
        return self._warehouse, self._records

    async def store(self, max_lag: int | None) -> PurchaseFacts:
        """Asks the store of record how late the warehouse is when there is a limit, and nobody when there is none."""
        if self._service is None:
            return self._warehouse if max_lag is None else self._records
        place = await self._service.place()
        if place is None:
            return self._records
        if max_lag is None or await self._service.lag(place) <= max_lag:
            return self._warehouse
        return self._records

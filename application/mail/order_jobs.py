"""Orders that are placed are confirmed by jobs: which events ask for one, and what it does."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.decoding import convert
from application.events.models import EventRead
from application.jobs.kinds import JobKind, JobRun
from application.mail.confirming import OrderConfirmations, to_confirm
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork
from domain.jobs.job import Job
from domain.jobs.retry import RetryPolicy
from domain.shared.events import Scalar
from domain.shared.ids import JobId

ORDER_CONFIRMATION: Final = "order-confirmation"
FOR_A_DAY: Final = RetryPolicy(attempts=16, first=timedelta(seconds=30), longest=timedelta(hours=4))
"""Sixteen attempts take about a day: as long as a letter is no surprise."""


class OfOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which order."""

    order_id: UUID


class ConfirmOrder:
    """Sends the confirmation of one order."""

    def __init__(self, confirmations: OrderConfirmations) -> None:
        self._confirmations = confirmations

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:
        """Once more, it sends the same message under the same id."""
        asked = convert(OfOrder, run.job.arguments)
        done = await self._confirmations.send(asked.order_id)
        if done.sent:
            return {"sent": True, "message_id": done.message_id}
        return {"sent": False, "reason": None if done.reason is None else done.reason.value}


def order_confirmation(confirmations: OrderConfirmations) -> JobKind:
    """The kind of job that confirms an order."""
    return JobKind(
        name=ORDER_CONFIRMATION,
        about="Sends the confirmation of an order to its customer.",
        handler=ConfirmOrder(confirmations),
        takes=OfOrder,
        retry=FOR_A_DAY,
        timeout=timedelta(minutes=15),
    )


class ConfirmPlacedOrders:
    """The consumer of events that asks for a job for each order that is to be confirmed."""

    name: Final = "order-confirmations"

    def __init__(self, *, clock: Clock, ids: IdGenerator) -> None:
        self._clock = clock
        self._ids = ids

    async def idle(self, uow: UnitOfWork) -> bool:  # noqa: ARG002  # the shape of a consumer
        """Never: it is there only where confirmations are sent."""
        return False

    async def take(self, uow: UnitOfWork, events: Sequence[EventRead]) -> None:
        """Adds the jobs to the unit of work, in the order of the events."""
        now = self._clock.now()
        uow.jobs.enqueue(
            *(
                Job.ask(
                    JobId(self._ids.new()),
                    kind=ORDER_CONFIRMATION,
                    arguments={"order_id": str(order_id)},
                    unique_key=f"{ORDER_CONFIRMATION}:{order_id}",
                    at=now,
                    by=f"consumer:{self.name}",
                )
                for order_id in to_confirm(events, now)
            )
        )

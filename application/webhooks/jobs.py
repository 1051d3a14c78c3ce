"""The jobs of webhooks: one an attempt at a delivery, one a pause, asked for in the transaction that decides on it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.ports.system import IdGenerator
from domain.jobs.job import Job
from domain.shared.ids import JobId, WebhookId
from domain.webhooks.delivery import Delivery

WEBHOOK_DELIVERY: Final = "webhook-delivery"
WEBHOOK_PAUSED: Final = "webhook-paused"
AT_ONCE: Final = 4
"""Requests to one endpoint that a process has under way at once; to one that is failing it is one."""
BEHIND_THE_REST: Final = -10
"""The priority of what is sent anew in bulk: what happens now goes first."""


class DeliveryArguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The delivery, and the number of its attempt: a job that is run again finds the attempt made, and does nothing."""

    delivery_id: UUID
    attempt: int


class OfWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which endpoint."""

    webhook_id: UUID


def attempt_job(
    ids: IdGenerator,
    delivery: Delivery,
    *,
    at: datetime,
    by: str,
    priority: int = 0,
) -> Job:
    """The job of the next attempt, when that is due."""
    return Job.ask(
        JobId(ids.new()),
        kind=WEBHOOK_DELIVERY,
        arguments={"delivery_id": str(delivery.id), "attempt": delivery.next_attempt},
        at=at,
        by=by,
        run_at=delivery.next_attempt_at,
        priority=priority,
    )


def in_turn(
    ids: IdGenerator, deliveries: Iterable[Delivery], *, at: datetime, by: str, priority: int = 0
) -> tuple[list[Delivery], list[Job]]:
    """Jobs for the first ones to each endpoint; the others wait until these are done.

    So that a great deal for one endpoint is not before everything else in the queue.
    """
    first: Counter[WebhookId] = Counter()
    sent: list[Delivery] = []
    jobs = []
    for one in deliveries:
        first[one.webhook_id] += 1
        if first[one.webhook_id] > AT_ONCE:
            sent.append(one.wait(priority, at=at, by=by))
        else:
            sent.append(one)
            jobs.append(attempt_job(ids, one, at=at, by=by, priority=priority))
    return sent, jobs


def paused_job(ids: IdGenerator, webhook_id: WebhookId, *, at: datetime, by: str) -> Job:
    """The job that tells the owner of an endpoint that it is paused."""
    return Job.ask(JobId(ids.new()), kind=WEBHOOK_PAUSED, arguments={"webhook_id": str(webhook_id)}, at=at, by=by)

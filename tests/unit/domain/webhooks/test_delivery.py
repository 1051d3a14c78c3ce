from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import KEPT_ATTEMPTS, Attempt, Delivery, DeliveryPending, DeliveryState, SendError
from domain.webhooks.schedule import LONGEST_WAIT, RETRY_DELAYS, next_delay
from tests.support.builders import MORNING, new_id


def a_delivery() -> Delivery:
    return Delivery.ask(DeliveryId(new_id()), WebhookId(new_id()), 7, "book.created", at=MORNING, by="consumer")


def answered(status: int | None, error: SendError | None = None) -> Attempt:
    return Attempt(at=MORNING, url="https://example.org/", duration_ms=5, status=status, error=error)


def after(attempt: Attempt, *, asked: timedelta | None = None) -> Delivery:
    return a_delivery().attempted(attempt, at=MORNING, by="job", asked=asked)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(status: int) -> None:
    delivery = after(answered(status))
    assert (delivery.state, delivery.next_attempt_at, delivery.attempt_count) == (DeliveryState.DELIVERED, None, 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408, 429])
def test_what_may_heal_is_tried_again(status: int) -> None:
    delivery = after(answered(status))
    assert delivery.state is DeliveryState.PENDING
    assert delivery.next_attempt_at is not None
    assert timedelta(seconds=4) < delivery.next_attempt_at - MORNING < timedelta(seconds=6)


@pytest.mark.parametrize("error", sorted(set(SendError) - {SendError.FORBIDDEN_ADDRESS}))
def test_no_answer_is_tried_again(error: SendError) -> None:
    assert after(answered(None, error)).pending


@pytest.mark.parametrize("status", [100, 300, 301, 302, 307, 400, 401, 403, 404, 410, 422, 600])
def test_what_will_not_heal_is_not(status: int) -> None:
    delivery = after(answered(status))
    assert (delivery.state, delivery.next_attempt_at) == (DeliveryState.FAILED, None)


def test_where_no_message_may_go_none_is_tried_again() -> None:
    assert after(answered(None, SendError.FORBIDDEN_ADDRESS)).state is DeliveryState.FAILED


def test_ten_attempts_are_made_over_some_75_hours() -> None:
    delivery, at, waits = a_delivery(), MORNING, []
    while delivery.pending:
        delivery = delivery.attempted(answered(500), at=at, by="job")
        if delivery.next_attempt_at is not None:
            waits.append(delivery.next_attempt_at - at)
            at = delivery.next_attempt_at
    assert (delivery.state, delivery.attempt_count) == (DeliveryState.FAILED, 10)
    assert timedelta(hours=68) < at - MORNING < timedelta(hours=84)
    assert all(abs(wait - delay) <= delay / 10 for wait, delay in zip(waits, RETRY_DELAYS, strict=True))


def test_a_receiver_may_ask_for_a_longer_wait_within_bounds() -> None:
    for asked, granted in ((timedelta(minutes=2), timedelta(minutes=2)), (timedelta(days=9), LONGEST_WAIT)):
        assert after(answered(429), asked=asked).next_attempt_at == MORNING + granted
    soon = after(answered(503), asked=timedelta(0)).next_attempt_at
    assert soon is not None
    assert soon > MORNING + timedelta(seconds=4)


@given(st.integers(1, 9), st.uuids())
def test_a_wait_is_the_same_when_it_is_worked_out_again(tries: int, message: DeliveryId) -> None:
    wait = next_delay(RETRY_DELAYS, tries, message)
    assert wait == next_delay(RETRY_DELAYS, tries, message)
    assert next_delay(RETRY_DELAYS, 10, message) is None


def test_waits_are_spread() -> None:
    assert len({next_delay(RETRY_DELAYS, 1, new_id()) for _ in range(100)}) > 90


def test_a_replay_begins_the_schedule_anew_and_keeps_what_was() -> None:
    failed = after(answered(404))
    replayed = failed.replay(at=MORNING, by="bob")
    assert (replayed.state, replayed.tries, replayed.attempt_count, replayed.next_attempt) == (
        DeliveryState.PENDING,
        0,
        1,
        2,
    )
    assert replayed.next_attempt_at == MORNING
    assert replayed.attempts == failed.attempts
    with pytest.raises(DeliveryPending):
        replayed.replay(at=MORNING, by="bob")


def test_one_expires_and_may_be_replayed() -> None:
    expired = a_delivery().expire(at=MORNING, by="job")
    assert (expired.state, expired.next_attempt_at) == (DeliveryState.EXPIRED, None)
    assert expired.replay(at=MORNING, by="bob").pending


def test_the_last_attempts_are_kept() -> None:
    delivery = a_delivery()
    for status in range(500, 540):
        delivery = delivery.attempted(answered(status), at=MORNING, by="job", delays=[timedelta(1)] * 50)
    assert (delivery.attempt_count, len(delivery.attempts)) == (40, KEPT_ATTEMPTS)
    assert delivery.attempts[-1].status == 539

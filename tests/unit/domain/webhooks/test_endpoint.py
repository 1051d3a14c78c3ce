from dataclasses import replace
from datetime import timedelta

import pytest

from domain.shared.errors import Invalid
from domain.shared.ids import WebhookId
from domain.shared.lifecycle import Deleted
from domain.webhooks.endpoint import StopReason, WebhookDetails, WebhookEndpoint, WebhookState
from domain.webhooks.event_types import event_pattern, event_patterns, wants
from domain.webhooks.secret import SigningSecret
from tests.support.builders import MORNING, new_id

LATER = MORNING + timedelta(hours=1)
OLD, NEW = SigningSecret(bytes(32)), SigningSecret(bytes([1]) * 32)


def an_endpoint(*event_types: str, enabled: bool = True) -> WebhookEndpoint:
    details = WebhookDetails(url="https://example.org/", event_types=event_types, enabled=enabled)
    return WebhookEndpoint.register(WebhookId(new_id()), details, OLD, at=MORNING, by="ada")[0]


def test_it_is_active_unless_it_is_switched_off() -> None:
    assert (an_endpoint().state, an_endpoint().reason) == (WebhookState.ACTIVE, None)
    off = an_endpoint(enabled=False)
    assert (off.state, off.reason, off.since) == (WebhookState.DISABLED, StopReason.SWITCHED_OFF, MORNING)
    on, event = off.edit(replace(off.details, enabled=True), at=LATER, by="bob")
    assert (on.state, on.reason, on.since) == (WebhookState.ACTIVE, None, LATER)
    assert event is not None
    assert (event.type, event.changed, event.version) == ("webhook.updated", ("enabled",), 2)


def test_a_change_to_what_it_is_changes_nothing() -> None:
    endpoint = an_endpoint()
    assert endpoint.edit(endpoint.details, at=LATER, by="bob") == (endpoint, None)
    assert endpoint.resume(at=LATER, by="bob") == (endpoint, None)


def test_an_edit_leaves_a_paused_one_paused() -> None:
    paused, event = an_endpoint().pause(at=LATER, by="job")
    assert (event.type, event.data, paused.details.enabled) == ("webhook.paused", {"reason": "failing"}, True)
    edited, _ = paused.edit(replace(paused.details, description="x"), at=LATER, by="bob")
    assert (edited.state, edited.reason) == (WebhookState.PAUSED, StopReason.FAILING)


def test_one_that_is_gone_is_disabled_and_can_be_resumed() -> None:
    gone, event = an_endpoint().give_up(at=LATER, by="job")
    assert (event.type, event.data) == ("webhook.disabled", {"reason": "gone"})
    assert (gone.state, gone.reason, gone.details.enabled, gone.listens) == (
        WebhookState.DISABLED,
        StopReason.GONE,
        False,
        False,
    )
    back, resumed = replace(gone, failing_since=MORNING).resume(at=LATER, by="bob")
    assert resumed is not None
    assert (resumed.type, back.state, back.details.enabled, back.failing_since) == (
        "webhook.resumed",
        WebhookState.ACTIVE,
        True,
        None,
    )


def test_a_rotated_secret_signs_beside_the_new_one_until_its_time_is_over() -> None:
    rotated, event = an_endpoint().rotate(NEW, overlap=timedelta(hours=24), at=LATER, by="bob")
    assert (event.type, event.changed, event.data) == ("webhook.rotated", ("secret",), {})
    assert rotated.secrets(LATER) == [NEW, OLD]
    assert rotated.secrets(LATER + timedelta(hours=24)) == [NEW]
    assert an_endpoint().rotate(NEW, overlap=timedelta(), at=LATER, by="bob")[0].secrets(LATER) == [NEW]


def test_one_that_was_deleted_hears_of_nothing_and_is_not_changed() -> None:
    gone, _ = an_endpoint().delete(at=LATER, by="bob")
    assert not gone.wants("book.created")
    with pytest.raises(Deleted):
        gone.rotate(NEW, overlap=timedelta(), at=LATER, by="bob")
    with pytest.raises(Deleted):
        gone.resume(at=LATER, by="bob")
    assert gone.restore(at=LATER, by="bob")[0].wants("book.created")


def test_it_hears_of_what_it_asked_for() -> None:
    assert an_endpoint("book.*", "order.placed").wants("book.updated")
    assert an_endpoint("book.*", "order.placed").wants("order.placed")
    assert not an_endpoint("book.*", "order.placed").wants("order.cancelled")
    assert not an_endpoint("book.*").wants("bookmark.created")
    assert an_endpoint().wants("anything.at_all")
    assert not an_endpoint(enabled=False).wants("book.updated")
    assert not wants(["book.updated"], "book.updated2")


@pytest.mark.parametrize(
    "text", ["", "*", "book", "book.", ".created", "book.*x", "*.created", "Book.*", "a.b.c", "a.b " * 40]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"order\.placed"):
        event_pattern(text)


def test_types_stand_once_and_sorted() -> None:
    assert event_patterns(["b.*", "a.x", "b.*"]) == ("a.x", "b.*")


def test_it_has_failed_too_long_after_five_days() -> None:
    failing = replace(an_endpoint(), failing_since=MORNING)
    assert not failing.failed_too_long(MORNING + timedelta(days=5, seconds=-1))
    assert failing.failed_too_long(MORNING + timedelta(days=5))
    assert not an_endpoint().failed_too_long(MORNING + timedelta(days=50))

"""Against the reference library of Standard Webhooks, both ways."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from domain.webhooks.secret import SigningSecret
from domain.webhooks.signature import signed_headers
from tests.support.builders import MORNING

KEYS = st.binary(min_size=24, max_size=64)
BODIES = st.text(max_size=200)


def test_the_example_of_the_reference_implementations() -> None:
    # The vector that the libraries of Standard Webhooks in every language carry in their tests ("sign function works").
    secret = SigningSecret(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    assert signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", body, [secret], at=at) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(key=KEYS, body=BODIES)
def test_the_reference_library_accepts_what_is_signed_here(key: bytes, body: str) -> None:
    secret = SigningSecret(key)
    headers = signed_headers("a-b", body.encode(), [secret], at=datetime.now(UTC))
    Webhook(secret.reveal()).verify(body, {**headers}, json_parse=False)


@given(key=KEYS, body=BODIES)
def test_what_the_reference_library_signs_is_signed_so_here(key: bytes, body: str) -> None:
    theirs = Webhook(SigningSecret(key).reveal()).sign("a-b", MORNING, body)
    assert signed_headers("a-b", body.encode(), [SigningSecret(key)], at=MORNING)["webhook-signature"] == theirs


def test_while_a_secret_is_replaced_either_is_accepted_and_no_other() -> None:
    old, new, other = (SigningSecret(bytes([n]) * 32) for n in range(3))
    headers = {**signed_headers("a-b", b"{}", [new, old], at=datetime.now(UTC))}
    assert headers["webhook-signature"].count(" ") == 1
    for one in (old, new):
        Webhook(one.reveal()).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other.reveal()).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new.reveal()).verify(b"[]", headers)


def test_an_old_message_is_not_accepted_any_more() -> None:
    secret = SigningSecret(bytes(32))
    headers = {**signed_headers("a-b", b"{}", [secret], at=datetime.now(UTC) - timedelta(minutes=6))}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret.reveal()).verify(b"{}", headers)


def test_an_id_with_a_full_stop_could_be_taken_for_two_parts() -> None:
    with pytest.raises(ValueError, match="full stop"):
        signed_headers("a.b", b"{}", [SigningSecret(bytes(32))], at=MORNING)


def test_a_secret_is_not_shown_by_accident() -> None:
    secret = SigningSecret(bytes(range(32)))
    assert secret.reveal() == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert secret.hint == "Hh8="
    assert f"{secret} {secret!r}" == "<signing secret> <signing secret>"


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_secret_has_24_to_64_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        SigningSecret(bytes(length))

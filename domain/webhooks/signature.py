"""The headers that a message is sent with (Standard Webhooks 1.0, "Webhook headers" and "Signature scheme")."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.webhooks.secret import SigningSecret


def signed_headers(
    message_id: str, body: bytes, secrets: Iterable[SigningSecret], *, at: datetime
) -> Mapping[str, str]:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature`: one signature for each secret, the newest first.

    What is signed is `<id>.<timestamp>.<body>`; the id must not hold a full stop, so that nothing can be taken for a
    part of another. Raises ValueError when it does.
    """
    if "." in message_id:
        raise ValueError("the id of a message must not hold a full stop")
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(one.key, content, "sha256")).decode("ascii") for one in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }

"""A receiver of webhooks as a process of its own: `python -m tests.support.webhook_receiver PORT`.

What it does with a message is the first part of the path, and with the first message only where `then` comes second:
`/500/then/ok`. It verifies each message with the reference library of Standard Webhooks, by the secrets that it was
told by a GET of `/secret/<secret>`, and a GET of `/log` lists what came.
"""

import base64
import json
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRETS: list[str] = []
LOG: list[dict[str, Any]] = []
COUNT: Counter[str] = Counter()


class Receiver(BaseHTTPRequestHandler):
    """Each request in a thread of its own."""

    def do_GET(self) -> None:
        _, what, *rest = self.path.split("/", 2)
        if what == "secret":
            SECRETS.append(base64.urlsafe_b64decode(rest[0]).decode())
        elif what != "log":
            # Whoever follows a redirect comes here.
            LOG.append({"path": self.path, "followed": True})
        self._answer(200, json.dumps(LOG).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        LOG.append(
            {
                "path": self.path,
                "id": headers.get("webhook-id"),
                "timestamp": headers.get("webhook-timestamp"),
                "verified": any(verifies(one, body, headers) for one in SECRETS),
                "type": json.loads(body)["type"],
            }
        )
        COUNT[self.path] += 1
        first, then, *rest = [*self.path.strip("/").split("/"), ""]
        does = rest[0] if then == "then" and COUNT[self.path] > 1 else first
        if does == "drop":
            self.connection.close()
        elif does == "slow":
            time.sleep(20)
            self._answer(200)
        elif does == "302":
            self._answer(302, headers={"Location": "/followed"})
        elif does == "429":
            self._answer(429, headers={"Retry-After": "1"})
        else:
            self._answer(204 if does == "ok" else int(does))

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Silent."""


def verifies(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    """Whether a message is signed with this secret, and of now."""
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()

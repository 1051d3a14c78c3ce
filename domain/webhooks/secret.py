"""The secret that signs the messages to one receiver, which knows it too (Standard Webhooks 1.0)."""

import base64
from dataclasses import dataclass

FEWEST_BYTES, MOST_BYTES = 24, 64
NEW_BYTES = 32
_PREFIX = "whsec_"
_HINT = 4


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """24 to 64 random bytes. It is not shown by accident: neither `repr` nor `str` tell it."""

    key: bytes

    def __post_init__(self) -> None:
        if not FEWEST_BYTES <= len(self.key) <= MOST_BYTES:
            raise ValueError(f"a signing secret has {FEWEST_BYTES} to {MOST_BYTES} bytes")

    def __repr__(self) -> str:
        return "<signing secret>"

    def reveal(self) -> str:
        """As the receiver is given it, once."""
        return _PREFIX + base64.b64encode(self.key).decode("ascii")

    @property
    def hint(self) -> str:
        """The last characters of what was given, by which a person tells one secret from another."""
        return self.reveal()[-_HINT:]

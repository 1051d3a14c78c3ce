"""E-mail addresses, normalised so that one mailbox is one key."""

import re
import unicodedata
from dataclasses import dataclass

from domain.shared.errors import Invalid

# The address of the HTML standard's `input type=email`, which is what browsers and people agree on; RFC 5322 allows
# comments and quoted strings that no shop means to receive. Letters beyond ASCII follow RFC 6531.
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}")
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?")
_LONGEST = 254


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`value` is lower case and in NFC. `EmailAddress.parse("  Ada@Example.ORG ").value == "ada@example.org"`."""

    value: str

    @classmethod
    def parse(cls, text: str) -> "EmailAddress":
        """Raises Invalid with `invalid-email`."""
        value = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
        local, at, host = _without_marks(value).rpartition("@")
        labels = host.split(".")
        if (
            not at
            or len(value) > _LONGEST
            or not _LOCAL.fullmatch(local)
            or local.startswith(".")
            or local.endswith(".")
            or ".." in local
            or len(labels) < 2
            or not all(_LABEL.fullmatch(label) for label in labels)
        ):
            raise Invalid.because("invalid-email", "must be an e-mail address such as ada@example.org")
        return cls(value)

    def __str__(self) -> str:
        return self.value


def _without_marks(text: str) -> str:
    # A vowel sign of, say, Devanagari is no letter to `re`, and belongs to the letter before it.
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c)[0] != "M")

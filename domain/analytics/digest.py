"""The fingerprint of an answer, equal wherever the same question was asked of the same facts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Context, Decimal
from enum import Enum
from functools import cache
from typing import Any

from domain.analytics.quotients import SIGNIFICANT
from domain.shared.money import EXACT

# On a field of an answer: what this store alone calls it (an id), or when it was asked.
NOT_IN_DIGEST: Mapping[str, bool] = {"digest": False}

_FLOAT = Context(prec=SIGNIFICANT)
# Most of what an answer holds; their subclasses are looked at (an enum is a text, too).
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_AT_ONCE = 200
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def answer_digest(data: object) -> str:
    """`sha256:` and the hash of the canonical JSON of an answer's data.

    Canonical: UTF-8, keys sorted, no spaces, integers exact, decimals as text without exponent and trailing zeros,
    floats in shortest form after rounding to twelve significant digits, dates as YYYY-MM-DD. Fields marked
    NOT_IN_DIGEST are left out.
    """
    return "sha256:" + hashlib.sha256(canonical_json(data)).hexdigest()


def canonical_json(data: object) -> bytes:
    """What `answer_digest` hashes. Raises TypeError for a kind of value that no answer holds."""
    return _text(_plain(data)).encode("utf-8", "surrogatepass")


def _text(plain: Any) -> str:
    # The encoder holds all other threads up until it is through, so what is long goes to it in parts.
    if isinstance(plain, dict):
        return "{" + ",".join(f"{_encode(name)}:{_text(plain[name])}" for name in sorted(plain)) + "}"
    if isinstance(plain, list) and len(plain) > _AT_ONCE:
        parts = (plain[start : start + _AT_ONCE] for start in range(0, len(plain), _AT_ONCE))
        return "[" + ",".join(_encode(part)[1:-1] for part in parts) + "]"
    return _encode(plain)


def decimal_digits(value: Decimal) -> str:
    """Plain notation without trailing zeros: 1E+2 is 100, 0.10 is 0.1, -0 is 0."""
    reduced = value.normalize(EXACT)
    return format(reduced, "f") if reduced else "0"


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    match value:
        case Enum():
            return value.value
        case float():
            return float(_FLOAT.create_decimal_from_float(value)) + 0.0
        case Decimal():
            return decimal_digits(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return _kept_fields(value)


def _kept_fields(value: Any) -> dict[str, Any]:
    kept = {}
    for name in _names_kept(value.__class__):
        inner = getattr(value, name)
        # A call less for most of what an answer of many rows holds.
        kept[name] = inner if type(inner) in _AS_THEY_ARE else _plain(inner)
    return kept


@cache
def _names_kept(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"an answer holds no {kind.__name__}")
    return tuple(field.name for field in fields(kind) if field.metadata.get("digest", True))

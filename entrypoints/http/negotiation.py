"""Which of several forms of an answer the caller would rather have (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence

_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def preferred(accept: bytes | None, offered: Sequence[str]) -> str | None:
    """The media type of `offered` that an Accept header likes best, and of equals the first; None when it takes none.

    Without the header any will do. Of several ranges that name a type the most exact one says how much it is liked; of
    parameters only the weight counts, and one that is none is taken as 1.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = dict(_range(part) for part in accept.decode("latin-1").lower().split(","))
    best, weight = None, 0.0
    for media_type in offered:
        kind = media_type.partition(";")[0]
        exact = (kind, f"{kind.partition('/')[0]}/*", "*/*")
        liked = next((ranges[one] for one in exact if one in ranges), 0.0)
        if liked > weight:
            best, weight = media_type, liked
    return best


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (one.strip() for one in part.split(";"))
    # Some old clients write a star alone.
    kind = "*/*" if kind == "*" else kind
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _WEIGHT.fullmatch(value.strip()):
            return kind, float(value)
    return kind, 1.0

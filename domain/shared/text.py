"""Text as people type it: cleaned on the way in, folded to tokens for search."""

import re
import unicodedata

from domain.shared.errors import Invalid

_LINE_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TEXT_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]+")
_MAX_TOKENS = 256
_MAX_TOKEN = 64


def clean_line(text: str, longest: int) -> str:
    """One line of text, trimmed and in Unicode NFC, of 1 to `longest` characters.

    Raises Invalid with `blank`, `too-long` or `control-character`.
    """
    if _LINE_CONTROLS.search(text):
        raise Invalid.because("control-character", "must not hold line breaks or control characters")
    return _fitted(text, longest)


def clean_text(text: str, longest: int) -> str:
    """Text of several lines, trimmed and in Unicode NFC, of 1 to `longest` characters. Raises as `clean_line`."""
    if _TEXT_CONTROLS.search(text):
        raise Invalid.because("control-character", "must not hold control characters")
    return _fitted(text, longest)


def _fitted(text: str, longest: int) -> str:
    cleaned = unicodedata.normalize("NFC", text.strip())
    if not cleaned:
        raise Invalid.because("blank", "must not be blank")
    if len(cleaned) > longest:
        raise Invalid.because("too-long", f"must have at most {longest} characters, has {len(cleaned)}")
    return cleaned


def fold(text: str) -> str:
    """`text` without case and accents: "Żółć" and "zolc" fold to the same string."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return plain.replace("ł", "l").replace("ø", "o").replace("đ", "d").casefold()


def tokens(*texts: str | None) -> tuple[str, ...]:
    """The distinct folded words of `texts`, sorted: what is stored for search and what a query is turned into.

    Every store keeps and compares these very strings, so that all find the same set.
    """
    words = {word[:_MAX_TOKEN] for text in texts if text for word in _WORD.findall(fold(text))}
    return tuple(sorted(words)[:_MAX_TOKENS])

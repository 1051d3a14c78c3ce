"""Text as people type it: cleaned on the way in, folded to tokens for search."""

import re
import unicodedata
from collections.abc import Iterable

from domain.shared.errors import Invalid

_LINE_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TEXT_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Splitting at spaces what is made of letters, digits and spaces is twice as quick as looking for words.
_WORDS_ONLY = {code: chr(code) if chr(code).isalnum() else " " for code in range(128)}
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_UNSEEN = {"Cf", "Zs", "Zl", "Zp"}
# Spreadsheets skip what cannot be seen before these, and the quote by which a text was defused before.
_FORMULA = re.compile(
    r"'*(?:[\t\r\n\x00]|[\s\x00-\x1f\x7f-\xa0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*[=+\-@＝＋－＠])"
)
_MAX_TOKENS = 4_096
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
    cleaned = text.strip()
    if not cleaned.isascii():
        cleaned = unicodedata.normalize("NFC", cleaned)
    if not cleaned or (not cleaned.isascii() and all(unicodedata.category(c) in _UNSEEN for c in cleaned)):
        raise Invalid.because("blank", "must not be blank")
    if len(cleaned) > longest:
        raise Invalid.because("too-long", f"must have at most {longest} characters, has {len(cleaned)}")
    return cleaned


def reads_as_formula(text: str) -> bool:
    """Whether a spreadsheet that is given this text bare would take it for a formula (OWASP, CSV injection; CWE-1236).

    So it is with what begins with = + - @, also in full width and behind what cannot be seen, with a tab, a line break
    or NUL, and with any of these behind single quotes, so that one quote more can be taken away again.
    """
    return _FORMULA.match(text) is not None


def fold(text: str) -> str:
    """`text` without case and accents: "Żółć" and "zolc" fold to the same string."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return plain.translate(_UNDECOMPOSED)


def tokens(*texts: str | None) -> tuple[str, ...]:
    """The distinct folded words of `texts`, sorted: what is stored for search and what a query is turned into.

    Every store keeps and compares these very strings, so that all find the same set.
    """
    return tuple(sorted(distinct_words(texts)))


def distinct_words(texts: Iterable[str | None]) -> set[str]:
    """The folded words of `texts`, which are the same whether they come as one text or as many."""
    # One pass over all of them: a book is told of in a dozen texts, most of them short.
    folded = fold(" ".join([text for text in texts if text]))
    words = set(_words(folded))
    if len(words) > _MAX_TOKENS or max(map(len, words), default=0) > _MAX_TOKEN:
        words = set(sorted({word[:_MAX_TOKEN] for word in words})[:_MAX_TOKENS])
    return words


def name_key(name: str, longest: int) -> str:
    """What two spellings of one name have in common: its folded words in their order, cut to `longest` characters.

    "J.K. Rowling" and "j. k. rowling" have one key. A name without a letter or digit is its own key.
    """
    folded = fold(name)
    return (" ".join(_words(folded)) or folded.strip())[:longest].rstrip()


def _words(folded: str) -> list[str]:
    if folded.isascii():
        return folded.translate(_WORDS_ONLY).split()
    # A vowel sign is no letter, yet it does not end the word that it stands in.
    return "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded).split()

"""Search: the words that something is found by, and how well they fit what is looked for.

Every store keeps and compares these very strings, so that all find the same things in the same order. A word of the
title is kept three times: as it is, with TITLE before it, and with HEADING before it; a word of the heading (title,
names, numbers) twice; any other as it is. So one index of words answers every rank. What a book is filed under
(domain/books/filing.py) is kept with FILED before it, for the same index to answer that too.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from domain.shared.text import distinct_words

# No folded word holds a sign, so a mark is never part of one.
TITLE: Final = "="
HEADING: Final = "+"
FILED: Final = "#"
LONGEST_MARKED: Final = 500
"""Characters of what stands behind FILED; PostgreSQL takes words of up to 2,046 bytes."""


class Term(NamedTuple):
    """What one word must meet: a kept word that equals `text`, or with `prefix` one that begins with it."""

    text: str
    prefix: bool


def search_tokens(
    *, title: Iterable[str | None], heading: Iterable[str | None], text: Iterable[str | None]
) -> tuple[str, ...]:
    """What is kept of something that is found by rank, in no order."""
    of_title = distinct_words(title)
    of_heading = of_title | distinct_words(heading)
    others = of_heading | distinct_words(text)
    return (*[TITLE + one for one in of_title], *[HEADING + one for one in of_heading], *others)


def ranks(words: Sequence[str]) -> tuple[tuple[Term, ...], ...]:
    """How well something may fit `words`, best first; each rank holds what all of its terms are met by.

    1. Every word is one of the title.
    2. Every word begins one of the heading.
    3. Every word begins one of anything. What fits a better rank fits this one too.
    """
    return (
        tuple([Term(TITLE + word, prefix=False) for word in words]),
        tuple([Term(HEADING + word, prefix=True) for word in _longest(words)]),
        beginnings(words),
    )


def beginnings(words: Sequence[str]) -> tuple[Term, ...]:
    """Every word begins a kept one."""
    return tuple([Term(word, prefix=True) for word in _longest(words)])


def whole(words: Sequence[str]) -> tuple[Term, ...]:
    """Every word is a kept one."""
    return tuple([Term(word, prefix=False) for word in words])


def meets(kept: Sequence[str], terms: Iterable[Term]) -> bool:
    """Whether sorted kept words meet every term."""
    return all(_meets(kept, term) for term in terms)


def _longest(words: Sequence[str]) -> list[str]:
    """Those that begin no other one: what has a word that begins with "harbour" has one that begins with "harbo"."""
    # Of sorted words, one that begins any other begins the next.
    ordered = sorted(words)
    return [*(one for one, after in pairwise(ordered) if not after.startswith(one)), *ordered[-1:]]


def _meets(kept: Sequence[str], term: Term) -> bool:
    place = bisect_left(kept, term.text)
    if place == len(kept):
        return False
    return kept[place].startswith(term.text) if term.prefix else kept[place] == term.text

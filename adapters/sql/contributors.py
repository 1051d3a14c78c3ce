"""Who made a book, as the one JSON text beside it: [{"id", "name", "role"}], or no value for nobody.

Shelves repeat themselves: a page of fifty books has few distinct texts, and those of a shop's authors come again and
again, so what a text says is kept.
"""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import msgspec

from application.books.models import BookAuthor
from domain.books.contributor import Contributor, ContributorRole
from domain.shared.ids import AuthorId


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: UUID
    name: str
    role: ContributorRole
    merged_from: UUID | None = None


_DECODER = msgspec.json.Decoder(list[_Entry])


def contributors_document(contributors: Sequence[Contributor]) -> list[_Entry] | None:
    """To be kept as JSON; None for nobody."""
    if not contributors:
        return None
    return [_Entry(id=one.id, name=one.name, role=one.role, merged_from=one.merged_from) for one in contributors]


def contributors_text(contributors: Sequence[Contributor]) -> str | None:
    """As JSON text; None for nobody."""
    return msgspec.json.encode(contributors_document(contributors)).decode() if contributors else None


@lru_cache(maxsize=16_384)
def contributors_of(text: str | None) -> tuple[Contributor, ...]:
    """From the JSON text."""
    if text is None:
        return ()
    return tuple(
        [
            Contributor(
                id=AuthorId(one.id),
                name=one.name,
                role=one.role,
                merged_from=None if one.merged_from is None else AuthorId(one.merged_from),
            )
            for one in _DECODER.decode(text)
        ]
    )


@lru_cache(maxsize=16_384)
def authors_of(text: str | None) -> tuple[BookAuthor, ...]:
    """As callers see them, from the JSON text."""
    return BookAuthor.each(contributors_of(text))

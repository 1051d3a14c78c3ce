"""Authors, as kept and as read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from application.authors.models import AuthorRead
from application.errors import AlreadyExists, Conflict
from application.listing import Listing, Page
from domain.books.author import Author
from domain.shared.ids import AuthorId


class AuthorExists(AlreadyExists):
    """Another living author has this name, but for case, accents and full stops."""

    code = "author-exists"
    field: ClassVar[str] = "/name"
    message: ClassVar[str] = "author exists"


class AuthorsChanged(Conflict):
    """An author was renamed, deleted or merged in the meantime: read it again and repeat the change."""

    code = "authors-changed"


class AuthorRepository(Protocol):
    """Authors for writing, inside a unit of work. They are handed over before the books that name them.

    A book is kept with authors that live and have the names that it gives them: else its commit raises AuthorsChanged.
    A deleted book may name deleted ones.
    """

    async def get(self, author_id: AuthorId) -> Author:
        """Deleted and merged ones too. Raises NotFound."""
        ...

    async def find_by_ids(self, ids: Sequence[AuthorId]) -> Mapping[AuthorId, Author]:
        """The living authors of these ids, and for a merged one the living author that it leads to."""
        ...

    async def find_by_keys(self, keys: Sequence[str]) -> Mapping[str, Author]:
        """The living authors whose names have these keys, else those that a merged author of the key leads to."""
        ...

    def add(self, author: Author) -> None:
        """Keeps a new author at commit, which raises AuthorExists."""
        ...

    def add_many(self, authors: Iterable[Author]) -> None:
        """As `add` for each, in one go."""
        ...

    def save(self, author: Author) -> Author:
        """Keeps a changed author at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded, or AuthorExists.
        """
        ...

    def rename(self, author: Author) -> Author:
        """As `save`; the books that name it show the new name from the same moment on, without a new version."""
        ...

    def delete(self, author: Author) -> Author:
        """As `save` of a deleted author. Commit raises AuthorHasBooks while living books name it."""
        ...

    def merge(self, author: Author) -> Author:
        """As `save` of a merged author; the books that name it name the other one from the same moment on.

        Commit raises AuthorsChanged when the other one does not live any more.
        """
        ...

    def unmerge(self, author: Author) -> Author:
        """As `save` of an author whose merge is undone; the books that named it, or who is merged into it, do so again.

        Books that were given to the other one are left to it.
        """
        ...


class AuthorReader(Protocol):
    """Authors for reading, straight to read models."""

    async def get(self, author_id: UUID, *, include_deleted: bool = False) -> AuthorRead:
        """Raises NotFound; a deleted one is not found unless asked for, a merged one raises MergedAway instead."""
        ...

    async def list(self, listing: Listing) -> Page[AuthorRead]:
        """One page in the order asked for."""
        ...

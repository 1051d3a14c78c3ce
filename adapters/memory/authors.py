"""Authors in memory, and the books that name them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.authors.models import AuthorRead
from application.errors import MergedAway, NotFound
from application.listing import Listing, Page
from application.ports.authors import AuthorsChanged
from domain.books.author import Author, AuthorHasBooks
from domain.books.contributor import Contributor, merged, renamed, unmerged
from domain.shared.ids import AuthorId


class MemoryAuthorRepository:
    """Authors for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, author_id: AuthorId) -> Author:
        """Deleted and merged ones too. Raises NotFound."""
        author = self._store.authors.get(author_id)
        if author is None:
            raise NotFound("author", author_id)
        return author

    async def find_by_ids(self, ids: Sequence[AuthorId]) -> Mapping[AuthorId, Author]:
        """The living authors of these ids, and for a merged one the living author that it leads to."""
        return {one: found for one in ids if (found := self._led_to(self._store.authors.get(one))) is not None}

    async def find_by_keys(self, keys: Sequence[str]) -> Mapping[str, Author]:
        """The living authors whose names have these keys, else those that a merged author of the key leads to."""
        found = {key: author for key in keys if (author := self._store.author_rows.owner("name", key)) is not None}
        for key in keys:
            if key not in found:
                merged_ones = sorted(self._store.author_rows.members("merged_key", key), key=lambda one: one.id.int)
                leads = [author for one in merged_ones if (author := self._led_to(one)) is not None]
                found |= {key: leads[0]} if leads else {}
        return found

    def add(self, author: Author) -> None:
        """Keeps a new author at commit."""
        self._pending.write(lambda changes: changes.authors.add(author))

    def add_many(self, authors: Iterable[Author]) -> None:
        """As `add` for each."""
        for author in authors:
            self.add(author)

    def save(self, author: Author) -> Author:
        """Keeps a changed author at commit, under the next version."""
        return self._saved(author, lambda _changes, _saved: None)

    def rename(self, author: Author) -> Author:
        """As `save`; the books that name it show the new name from the same moment on."""
        return self._saved(author, _rename)

    def delete(self, author: Author) -> Author:
        """As `save` of a deleted author, unless living books name it."""
        return self._saved(author, _refuse_while_named)

    def merge(self, author: Author) -> Author:
        """As `save` of a merged author; the books that name it name the other one."""
        return self._saved(author, _merge)

    def unmerge(self, author: Author) -> Author:
        """As `save` of an author whose merge is undone; the books that named it do so again."""
        return self._saved(author, _unmerge)

    def _saved(self, author: Author, and_then: Callable[[Changes, Author], None]) -> Author:
        saved = replace(author, lifecycle=author.lifecycle.next_version())

        def change(changes: Changes) -> None:
            changes.authors.save(saved)
            and_then(changes, saved)

        self._pending.write(change)
        return saved

    def _led_to(self, author: Author | None) -> Author | None:
        while author is not None and author.merged_into is not None:
            author = self._store.authors.get(author.merged_into)
        return author if author is not None and author.living else None


def _rename(changes: Changes, author: Author) -> None:
    changes.recredit(lambda named: renamed(named, author.id, author.details.name))


def _refuse_while_named(changes: Changes, author: Author) -> None:
    for book in changes.books.all():
        if not book.lifecycle.deleted and any(one.id == author.id for one in book.details.authors):
            raise AuthorHasBooks(f"the author {author.id} is named by books that are not deleted")


def _merge(changes: Changes, author: Author) -> None:
    into = None if author.merged_into is None else changes.authors.get(author.merged_into)
    if into is None or not into.living:
        raise AuthorsChanged(f"the author {author.merged_into} does not live any more")
    name = into.details.name
    into_id = into.id
    changes.recredit(lambda named: merged(named, author.id, into_id, name))


def _unmerge(changes: Changes, author: Author) -> None:
    family = {author.id}
    grown = True
    while grown:
        children = {one.id for one in changes.authors.all() if one.merged_into in family}
        grown = not children <= family
        family |= children

    def back(named: tuple[Contributor, ...]) -> tuple[Contributor, ...]:
        return unmerged(named, author.id, author.details.name, family)

    changes.recredit(back)


class MemoryAuthorReader:
    """Authors for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.author_rows,
            columns={
                "name": lambda one: one.details.name,
                "sort_name": lambda one: one.details.sort_name,
                "born": lambda one: one.details.born and one.details.born.value,
                "died": lambda one: one.details.died and one.details.died.value,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
            words=lambda one: one.search_tokens,
        )

    async def get(self, author_id: UUID, *, include_deleted: bool = False) -> AuthorRead:
        """Raises NotFound or MergedAway."""
        author = self._store.authors.get(author_id)
        if author is None or (author.lifecycle.deleted and not include_deleted):
            if author is not None and author.merged_into is not None:
                raise MergedAway("author", author_id, author.merged_into)
            raise NotFound("author", author_id)
        return AuthorRead.of(author)

    async def list(self, listing: Listing) -> Page[AuthorRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, AuthorRead.of)

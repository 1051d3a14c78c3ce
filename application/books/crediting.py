"""Who made a book: names and ids become authors of the catalogue, in the unit of work that keeps the book."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from application.authors.directory import AuthorDirectory, Known, Who
from application.books.drafts import Credit, Draft
from application.errors import Conflict
from application.ports.authors import AuthorExists, AuthorsChanged
from application.ports.system import IdGenerator
from application.ports.unit_of_work import UnitOfWork
from domain.books.author import Author, AuthorDetails, author_key, sort_name_of
from domain.books.book import BookDetails
from domain.books.contributor import Contributor, distinct
from domain.shared.errors import Problems
from domain.shared.events import Event
from domain.shared.ids import AuthorId

T = TypeVar("T")
_ATTEMPTS = 3


class Crediting:
    """The authors of the books of one unit of work.

    crediting = Crediting(directory, ids, at=now, by=caller.actor)
    await crediting.look_up(uow, draft.named)             # one question for all that this process does not know
    details = crediting.details(draft)               # for each; a name that nobody has makes an author
    crediting.enter(uow, [details])                  # those made, before the books
    ...
    await crediting.commit(uow, answer)
    """

    def __init__(self, directory: AuthorDirectory, ids: IdGenerator, *, at: datetime, by: str) -> None:
        self._directory = directory
        self._ids = ids
        self._at = at
        self._by = by
        self._found: dict[Who, Known] = {}
        self._made: dict[str, tuple[Author, Event]] = {}
        self._new: dict[Who, Known] = {}
        self._entered: set[UUID] = set()

    async def look_up(self, uow: UnitOfWork, named: Iterable[Who]) -> None:
        """Finds whom these names and ids mean, all of those at once that were never met."""
        unknown: dict[Who, None] = {}
        for one in named:
            known = self._directory.find(one)
            if known is None:
                unknown[one] = None
            else:
                self._found[one] = known
        if unknown:
            await self._ask(uow, list(unknown))

    async def _ask(self, uow: UnitOfWork, unknown: Sequence[Who]) -> None:
        keys = {one: author_key(one) for one in unknown if isinstance(one, str)}
        ids = [AuthorId(one) for one in unknown if isinstance(one, UUID)]
        by_key = await uow.authors.find_by_keys(list(dict.fromkeys(keys.values()))) if keys else {}
        by_id = await uow.authors.find_by_ids(ids) if ids else {}
        for one in unknown:
            author = by_key.get(keys[one]) if isinstance(one, str) else by_id.get(AuthorId(one))
            if author is not None:
                self._found[one] = Known(author.id, author.details.name)

    def details(self, draft: Draft) -> BookDetails:
        """The whole details of a draft that was looked up. Raises Invalid with `no-such-author` for each such id."""
        if draft.credits is None:
            return draft.as_it_is()
        problems = Problems()
        authors = []
        for credit in draft.credits:
            known = self._found.get(credit.who) or self._known(credit, problems)
            if known is not None:
                authors.append(Contributor(id=known.id, name=known.name, role=credit.role))
        problems.raise_if_any()
        return draft.made_by(distinct(authors))

    def enter(self, uow: UnitOfWork, books: Iterable[BookDetails]) -> int:
        """Hands the authors that were made for these books to the store; returns how many."""
        if not self._made:
            return 0
        named = {one.id for details in books for one in details.authors}
        made = [(author, event) for author, event in self._made.values() if author.id in named]
        self._entered = {author.id for author, _ in made}
        uow.authors.add_many([author for author, _ in made])
        uow.record(*[event for _, event in made])
        return len(made)

    async def commit(self, uow: UnitOfWork, answer: Struct | None = None) -> None:
        """Commits. Raises AuthorsChanged when what is known of an author is out of date; then it is forgotten."""
        try:
            await uow.commit(answer)
        except (AuthorsChanged, AuthorExists) as error:
            self._directory.forget(self._found)
            raise AuthorsChanged(
                "an author was changed in the meantime: read it again and repeat the change"
            ) from error
        self._directory.note(self._found.items())
        self._directory.note((who, known) for who, known in self._new.items() if known.id in self._entered)

    def _known(self, credit: Credit, problems: Problems) -> Known | None:
        if isinstance(credit.who, UUID):
            problems.add(credit.pointer, "no-such-author", f"there is no author {credit.who}")
            return None
        author = self._author(credit.who)
        return self._new.setdefault(credit.who, Known(author.id, author.details.name))

    def _author(self, name: str) -> Author:
        key = author_key(name)
        if key not in self._made:
            details = AuthorDetails(name=name, sort_name=sort_name_of(name))
            self._made[key] = Author.enter(AuthorId(self._ids.new()), details, at=self._at, by=self._by)
        return self._made[key][0]


async def while_authors_change(attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` gives, which is made anew when an author changed underneath it. Raises Conflict in the end."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except AuthorsChanged:
            continue
    try:
        return await attempt()
    except AuthorsChanged as error:
        raise Conflict(error.detail) from error

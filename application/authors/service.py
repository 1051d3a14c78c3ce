"""The use cases of authors."""

from uuid import UUID

from application.authors.models import AUTHOR_LIST, AuthorCreate, AuthorMerge, AuthorRead, AuthorUpdate
from application.caller import Caller
from application.errors import MergedAway, NotFound
from application.listing import Listed, Listing, listed
from application.ports.authors import AuthorReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.books.author import Author
from domain.shared.errors import Invalid
from domain.shared.ids import AuthorId


class AuthorService:
    """Each method is one use case and one unit of work."""

    def __init__(self, *, units: UnitsOfWork, reader: AuthorReader, clock: Clock, ids: IdGenerator) -> None:
        self._units = units
        self._reader = reader
        self._clock = clock
        self._ids = ids

    async def create(self, command: AuthorCreate, caller: Caller) -> AuthorRead:
        """Adds an author.

        - The name is unique among living authors, whatever its case, accents and full stops.
        - The sort name is the last word of the name first, unless it is given.
        """
        async with self._units(caller) as uow:
            author, event = Author.enter(
                AuthorId(self._ids.new()), command.details(), at=self._clock.now(), by=caller.actor
            )
            uow.authors.add(author)
            uow.record(event)
            answer = AuthorRead.of(author)
            await uow.commit(answer)
        return answer

    async def get(self, author_id: UUID, *, include_deleted: bool = False) -> AuthorRead:
        """One author. A deleted one is found only when asked for; one that was merged leads to the other (301)."""
        return await self._reader.get(author_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[AuthorRead]:
        """One page of authors: by words of any of their names, or by filters."""
        return listed(AUTHOR_LIST, listing, await self._reader.list(listing))

    async def update(
        self, author_id: UUID, command: AuthorUpdate, caller: Caller, *, version: int | None = None
    ) -> AuthorRead:
        """Changes the fields that are given and leaves the others.

        - null takes an optional value away; `other_names` are replaced as a whole.
        - With the name, `authors` of every book changes, without a new version of it; `author`, which is the credit as
          printed, stays.
        - A sort name that was made from the name follows it.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            author = await self._living(uow, author_id, version)
            edited, event = author.edit(command.over(author.details), at=self._clock.now(), by=caller.actor)
            if event is None:
                return AuthorRead.of(edited)
            keep = uow.authors.rename if "name" in event.changed else uow.authors.save
            answer = AuthorRead.of(keep(edited))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def delete(self, author_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts an author away, unless a living book names it; it can be restored."""
        async with self._units(caller) as uow:
            author = await self._living(uow, author_id, version)
            gone, event = author.delete(at=self._clock.now(), by=caller.actor)
            uow.authors.delete(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, author_id: UUID, caller: Caller, *, version: int | None = None) -> AuthorRead:
        """Brings a deleted author back, unless the name was taken in the meantime or the author is merged."""
        async with self._units(caller) as uow:
            author = await uow.authors.get(AuthorId(author_id))
            expect(author.lifecycle, version)
            back, event = author.restore(at=self._clock.now(), by=caller.actor)
            answer = AuthorRead.of(uow.authors.save(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def merge(
        self, author_id: UUID, command: AuthorMerge, caller: Caller, *, version: int | None = None
    ) -> AuthorRead:
        """Makes one author of two that are the same person. The one in the path stays as it is, `from_id` goes.

        - Every book that names the other one names this one from now on; what is printed on it stays.
        - The id and the name of the other one lead to this one: a GET of it is answered 301.
        - `POST /v1/authors/{from_id}/unmerge` undoes it.
        """
        async with self._units(caller) as uow:
            into = await self._living(uow, author_id, version)
            gone = await self._named(uow, command.from_id)
            try:
                merged, event = gone.merge_into(into, at=self._clock.now(), by=caller.actor)
            except Invalid as error:
                raise Invalid(problem.under("/from_id") for problem in error.problems) from None
            uow.authors.merge(merged)
            uow.record(event)
            answer = AuthorRead.of(into)
            await uow.commit(answer)
        return answer

    async def unmerge(self, author_id: UUID, caller: Caller, *, version: int | None = None) -> AuthorRead:
        """Undoes the merge of this author into another one, unless the name was taken in the meantime.

        - Every book that named it then, and still names the other one for it, names it again, in the same place.
        - What was given to the other one since is left to that one.
        """
        async with self._units(caller) as uow:
            author = await uow.authors.get(AuthorId(author_id))
            expect(author.lifecycle, version)
            back, event = author.unmerge(at=self._clock.now(), by=caller.actor)
            answer = AuthorRead.of(uow.authors.unmerge(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def _living(self, uow: UnitOfWork, author_id: UUID, version: int | None) -> Author:
        author = await uow.authors.get(AuthorId(author_id))
        if author.merged_into is not None:
            raise MergedAway("author", author_id, author.merged_into)
        if author.lifecycle.deleted:
            raise NotFound("author", author_id)
        expect(author.lifecycle, version)
        return author

    async def _named(self, uow: UnitOfWork, author_id: UUID) -> Author:
        """The author of an id in the body, which it is a fault of the body not to know."""
        try:
            return await self._living(uow, author_id, None)
        except NotFound as error:
            raise Invalid.because("no-such-author", error.detail, "/from_id") from error

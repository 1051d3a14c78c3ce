"""The use cases of categories."""

from dataclasses import replace
from io import BufferedIOBase
from uuid import UUID

from msgspec import UNSET

from application.books.models import BOOK_LIST, BookResponse
from application.caller import Caller
from application.categories.models import (
    CATEGORY_LIST,
    CategoryBooks,
    CategoryCreate,
    CategoryMove,
    CategoryRead,
    CategoryTree,
    CategoryUpdate,
)
from application.categories.scheme import read_scheme
from application.categories.seeding import SchemeImport, SchemePlan, Seeding
from application.errors import BadQuery, NotFound
from application.listing import Filter, FilterField, Listed, Listing, ListSpec, identifier, listed, truth
from application.ports.books import BookReader
from application.ports.categories import CategoryReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.books.category import Category, is_within
from domain.shared.errors import Invalid, Problem
from domain.shared.events import Event
from domain.shared.ids import CategoryId

MOST_NODES = 5_000
BOOKS_OF_CATEGORY = ListSpec(
    name="books of a category",
    searchable=BOOK_LIST.searchable,
    beginnings=BOOK_LIST.beginnings,
    ranked=BOOK_LIST.ranked,
    filters={
        **BOOK_LIST.filters,
        "category_id": FilterField(read=identifier),
        "descendants": FilterField(read=truth),
    },
    sorts=BOOK_LIST.sorts,
    default_sort=BOOK_LIST.default_sort,
)


class CategoryService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self, *, units: UnitsOfWork, reader: CategoryReader, books: BookReader, clock: Clock, ids: IdGenerator
    ) -> None:
        self._units = units
        self._reader = reader
        self._books = books
        self._clock = clock
        self._ids = ids

    async def create(self, command: CategoryCreate, caller: Caller) -> CategoryRead:
        """Adds a category, beneath another one or as a root.

        - The slug is made from the name unless it is given; it is unique among siblings.
        - The code, where there is one, is unique among all categories.
        - Books that name it already, by its name or its path, are in it from now on.
        """
        details = command.details()
        async with self._units(caller) as uow:
            parent = await self._parent(uow, command.parent_id)
            category, event = Category.open(
                CategoryId(self._ids.new()), details, parent, at=self._clock.now(), by=caller.actor
            )
            answer = CategoryRead.of(category, await self._count(None, category))
            uow.categories.add(category)
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def get(self, category_id: UUID, *, include_deleted: bool = False) -> CategoryRead:
        """One category, with the number of its books. A deleted one is found only when asked for."""
        return await self._reader.get(category_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[CategoryRead]:
        """One page of categories: by words, by parent, depth, path (`path=fiction/historical`) or code.

        Those of one parent stand by their position, then by name.
        """
        return listed(CATEGORY_LIST, listing, await self._reader.list(listing))

    async def tree(self, *, root: UUID | None = None, depth: int | None = None) -> CategoryTree:
        """The whole tree, or the branch of one category: each category with those beneath it.

        - `depth` gives that many levels and no more.
        - A tree of more than 5,000 categories is not given at once: ask for a branch, or for fewer levels.
        """
        found = await self._reader.tree(root, depth=depth, limit=MOST_NODES + 1)
        if len(found) > MOST_NODES:
            message = f"is needed, or a lower one: there are more than {MOST_NODES:,} categories (or ask for a branch)"
            raise BadQuery([Problem(pointer="depth", code="too-many", message=message)])
        return CategoryTree.of(found)

    async def books(self, listing: Listing) -> Listed[BookResponse]:
        """One page of the books of a category and of all beneath it, or with `descendants=false` of it alone.

        A book is in a category when it names it in its `categories`, by its name or its path, whatever the case and the
        accents: so the books of the category alone are those that `GET /v1/books` finds with `category=` its name or
        `category=` its path.
        """
        own = {one.field: one.value for one in listing.filters if one.field in ("category_id", "descendants")}
        keys = await self._reader.keys(own["category_id"], descendants=own.get("descendants", True))
        others = tuple(one for one in listing.filters if one.field not in own)
        asked = replace(listing, filters=(*others, Filter("category", "any", tuple(keys))))
        return listed(BOOKS_OF_CATEGORY, listing, await self._books.list(asked))

    async def require(self, category_id: UUID) -> None:
        """Raises NotFound where there is no such category."""
        await self._reader.keys(category_id, descendants=False)

    async def update(
        self, category_id: UUID, command: CategoryUpdate, caller: Caller, *, version: int | None = None
    ) -> CategoryRead:
        """Changes the fields that are given and leaves the others.

        - The slug stays when the name changes, since paths are addresses; null has it made from the name anew.
        - With the slug, the paths of all that is beneath change, without a new version of theirs.
        - Books that name the category follow: the new name, or the new path, stands in the place of the old one, in the
          same transaction.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            category = await self._living(uow, category_id, version)
            edited, event = category.edit(command.over(category.details), at=self._clock.now(), by=caller.actor)
            return await self._kept(uow, category, edited, event)

    async def move(
        self, category_id: UUID, command: CategoryMove, caller: Caller, *, version: int | None = None
    ) -> CategoryRead:
        """Moves a category, with all that is beneath it, beneath another one or to the root.

        - All paths follow in the same transaction, and books that name one of them with it.
        - A move beneath itself, or beneath what is beneath it, is refused with `category-cycle`.
        - A move to where it is already changes nothing, not even the version.
        """
        position = None if command.position is UNSET else command.position
        async with self._units(caller) as uow:
            category = await self._living(uow, category_id, version)
            parent = await self._parent(uow, command.parent_id)
            moved, event = category.move(parent, position=position, at=self._clock.now(), by=caller.actor)
            return await self._kept(uow, category, moved, event)

    async def delete(self, category_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a category away, unless others are beneath it; it can be restored.

        Books keep what they name: those that name it are in it again when it is restored.
        """
        async with self._units(caller) as uow:
            category = await self._living(uow, category_id, version)
            gone, event = category.delete(at=self._clock.now(), by=caller.actor)
            uow.categories.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, category_id: UUID, caller: Caller, *, version: int | None = None) -> CategoryRead:
        """Brings a deleted category back to its place, unless its slug or its code was taken in the meantime.

        When the category above is deleted, that one has to be restored first.
        """
        async with self._units(caller) as uow:
            category = await uow.categories.get(CategoryId(category_id))
            expect(category.lifecycle, version)
            parent = None if category.parent_id is None else await uow.categories.get(category.parent_id)
            back, event = category.restore(parent, at=self._clock.now(), by=caller.actor)
            answer = CategoryRead.of(uow.categories.save(back), await self._count(None, back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def seed(self, source: BufferedIOBase, caller: Caller, *, dry_run: bool = False) -> SchemeImport:
        """Takes a subject scheme in, such as Thema: categories by their codes, with a verdict for each row.

        - A new code is a new category, beneath that of its parent's code; its slug is made from its name.
        - A known code changes the name, the parent and the description of its category, where they are others; books
          follow. So a second run of the same file changes nothing.
        - A row is rejected when it cannot be read, or its code comes a second time, its parent is unknown or it would
          be beneath itself. All others are taken, in one transaction. What is in no row stays as it is.

        Raises UnreadableFile or UnknownFormat.
        """
        scheme = read_scheme(source)
        async with self._units(caller) as uow:
            living = await uow.categories.living()
            plan = SchemePlan(living, scheme.rows)
            seeding = Seeding(uow, living, self._ids, at=self._clock.now(), by=caller.actor)
            verdicts = [*plan.verdicts, *map(seeding.take, plan.in_order())]
            seeding.finish()
            if not dry_run:
                await uow.commit()
        verdicts.sort(key=lambda one: one.line)
        return SchemeImport.of(verdicts, file_format=scheme.format, dry_run=dry_run)

    async def _kept(self, uow: UnitOfWork, before: Category, after: Category, event: Event | None) -> CategoryRead:
        books = await self._count(before, after)
        if event is None:
            return CategoryRead.of(after, books)
        answer = CategoryRead.of(uow.categories.save(after), books)
        uow.record(event)
        await uow.commit(answer)
        return answer

    async def _count(self, before: Category | None, after: Category) -> CategoryBooks:
        """The books that there will be: those of now go along, and those that name it as it is called then come."""
        own, branch = set(after.keys), set(after.keys)
        if before is not None:
            own |= {*before.keys}
            branch |= {*await self._reader.keys(before.id, descendants=True)}
            branch |= {after.path + key[len(before.path) :] for key in branch if is_within(key, before.path)}
        return CategoryBooks(
            own=await self._reader.count_books(sorted(own)),
            branch=await self._reader.count_books(sorted(branch)),
        )

    async def _living(self, uow: UnitOfWork, category_id: UUID, version: int | None) -> Category:
        category = await uow.categories.get(CategoryId(category_id))
        if category.lifecycle.deleted:
            raise NotFound("category", category_id)
        expect(category.lifecycle, version)
        return category

    async def _parent(self, uow: UnitOfWork, parent_id: UUID | None) -> Category | None:
        """The category of an id in the body, which it is a fault of the body not to know."""
        if parent_id is None:
            return None
        try:
            return await self._living(uow, parent_id, None)
        except NotFound as error:
            raise Invalid.because("no-such-category", error.detail, "/parent_id") from error

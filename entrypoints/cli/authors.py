"""`daybook authors`."""

from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter

from application.authors.models import AUTHOR_LIST, AuthorCreate, AuthorMerge, AuthorRead, AuthorUpdate
from application.books.models import BOOK_LIST, BookResponse
from entrypoints.cli.inputs import (
    CursorOption,
    DateOption,
    FieldsOption,
    IdArgument,
    JsonOption,
    LimitOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
    only,
)
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, Yes, confirm, use
from entrypoints.services import Services

app = App(name="authors", help="Authors: who makes the books.")
_COLUMNS: Final = ("id", "name", "sort_name", "other_names", "born", "died")
_BOOK_COLUMNS: Final = ("id", "isbn", "title", "author", "published_date")
SortNameOption = Annotated[
    str | None, Parameter(help="By which a list is sorted; the last word of the name first, unless it is given.")
]
OtherName = Annotated[tuple[str, ...], Parameter(negative="", help="A name they also have or had; may be repeated.")]

_RESOURCE: Final = Resource(
    group=app,
    one="author",
    service=lambda services: services.authors,
    model=AuthorRead,
    spec=AUTHOR_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of authors.

    $ daybook authors list --q eliot
    $ daybook authors list "--born[gte]=1800" "--born[lt]=1850" --sort sort_name
    """
)

_RESOURCE.gets(
    """One author.

    $ daybook authors get 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def books(
    author_id: IdArgument,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One page of the books that name an author, in whatever role.

    $ daybook authors books 01997f43-8c00-7000-8000-0123456789ab --sort published_date
    """
    asked = listing(BOOK_LIST, {"author_id": str(author_id)}, sort=sort, limit=limit, cursor=cursor, total=total)

    async def ask(services: Services) -> object:
        await services.authors.get(author_id)
        return await services.books.list(asked)

    show(use(ask), format, columns=_BOOK_COLUMNS, fields=only(BookResponse, fields))


@app.command
def create(
    *,
    name: str | None = None,
    sort_name: SortNameOption = None,
    other_name: OtherName = (),
    born: DateOption = None,
    died: DateOption = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Adds an author. A book that names somebody new adds one by itself.

    $ daybook authors create --name "George Eliot" --other-name "Mary Ann Evans" --born 1819-11-22 --died 1880-12-22
    """
    fields = {
        "name": name,
        "sort_name": sort_name,
        "other_names": list(other_name) or None,
        "born": born,
        "died": died,
    }
    new = command(AuthorCreate, json, fields)
    show(use(lambda services: services.authors.create(new, CALLER)), format)


@app.command
def update(
    author_id: IdArgument,
    /,
    *,
    name: str | None = None,
    sort_name: SortNameOption = None,
    other_name: OtherName = (),
    born: DateOption = None,
    died: DateOption = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others. Books show another name from then on.

    $ daybook authors update 01997f43-8c00-7000-8000-0123456789ab --name "Marian Evans"
    $ daybook authors update 01997f43-8c00-7000-8000-0123456789ab --unset died
    """
    fields = {
        "name": name,
        "sort_name": sort_name,
        "other_names": list(other_name) or None,
        "born": born,
        "died": died,
    }
    changes = command(AuthorUpdate, json, fields, unset)
    show(use(lambda services: services.authors.update(author_id, changes, CALLER, version=version)), format)


_RESOURCE.deletes(
    """Puts an author away, unless a book names them; it can be restored.

    $ daybook authors delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted author back, unless the name was taken in the meantime.

    $ daybook authors restore 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def merge(
    author_id: IdArgument,
    from_id: Annotated[UUID, Parameter(help="The one that goes.")],
    /,
    *,
    version: VersionOption = None,
    yes: Yes = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Makes one author of two: the books of the second one are those of the first one from then on.

    $ daybook authors merge 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-ba9876543210 --yes
    """
    confirm(f"Merge the author {from_id} into {author_id}?", yes=yes)
    asked = AuthorMerge(from_id=from_id)
    show(use(lambda services: services.authors.merge(author_id, asked, CALLER, version=version)), format)
    message(f"merged; `daybook authors unmerge {from_id}` undoes it")


@app.command
def unmerge(
    author_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Undoes the merge of an author into another one. What the other one was given since is left to that one.

    $ daybook authors unmerge 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.authors.unmerge(author_id, CALLER, version=version)), format)

"""`daybook categories`."""

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter
from rich.text import Text
from rich.tree import Tree

from application.books.models import BookResponse
from application.categories.models import (
    CATEGORY_LIST,
    CategoryCreate,
    CategoryMove,
    CategoryNode,
    CategoryRead,
    CategoryTree,
    CategoryUpdate,
    level,
)
from application.categories.service import BOOKS_OF_CATEGORY
from entrypoints.cli.exits import FAILURE, OK, UsageError
from entrypoints.cli.imports import (
    DryRunOption,
    OutputOption,
    ReportOption,
    StrictOption,
    opened,
    report_to,
    show_summary,
    warn,
)
from entrypoints.cli.inputs import (
    CursorOption,
    DeletedOption,
    FieldsOption,
    IdArgument,
    JsonOption,
    LimitOption,
    QueryOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
    only,
    whole_number,
)
from entrypoints.cli.output import FormatOption, console, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use

app = App(name="categories", help="Categories: the tree that books are sorted by.")
_COLUMNS: Final = ("id", "path", "name", "code", "position", "books.own", "books.branch")
_BOOK_COLUMNS: Final = ("id", "isbn", "title", "author", "categories", "price", "currency")
SchemeArgument = Annotated[
    str,
    Parameter(
        help="A CSV file with code, name, parent_code and description, or Thema's JSON, plain or gzip; - is "
        "standard input.",
        allow_leading_hyphen=True,
    ),
]
ParentOption = Annotated[UUID | None, Parameter(help="The id of the category above; a root without one.")]
CodeOption = Annotated[str | None, Parameter(help="What a subject scheme such as Thema or BISAC calls it.")]
PositionOption = Annotated[int | None, Parameter(converter=whole_number, help="Siblings stand by this, then by name.")]

_RESOURCE: Final = Resource(
    group=app,
    one="category",
    service=lambda services: services.categories,
    model=CategoryRead,
    spec=CATEGORY_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of categories, as siblings stand: by position, then by name.

    $ daybook categories list --depth 1
    $ daybook categories list --path fiction/historical
    $ daybook categories list --q sea --sort path
    """
)


@app.command
def tree(
    root: Annotated[UUID | None, Parameter(help="The id of a category: only it and what is beneath it.")] = None,
    /,
    *,
    depth: Annotated[str | None, Parameter(help="So many levels and no more.")] = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """The tree, or the branch of one category, with the number of books in each and beneath it.

    $ daybook categories tree
    $ daybook categories tree 01997f43-8c00-7000-8000-0123456789ab --depth 2
    """
    levels = None if depth is None else _level(depth)
    found = use(lambda services: services.categories.tree(root=root, depth=levels))
    if format == "table":
        _draw(found)
    else:
        show(found, format)


_RESOURCE.gets(
    """One category.

    $ daybook categories get 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def books(
    category_id: IdArgument,
    /,
    *,
    alone: Annotated[bool, Parameter(negative="", help="Only those of the category itself.")] = False,
    q: QueryOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    include_deleted: DeletedOption = False,
    total: TotalOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **filters: str,
) -> None:
    """One page of the books of a category and of all beneath it, the newest first.

    $ daybook categories books 01997f43-8c00-7000-8000-0123456789ab
    $ daybook categories books 01997f43-8c00-7000-8000-0123456789ab --alone --language en

    Filters are those of `daybook books list`.
    """
    own = {"category_id": str(category_id), "descendants": "false" if alone else "true"}
    asked = listing(
        BOOKS_OF_CATEGORY,
        {**filters, **own},
        q=q,
        sort=sort,
        limit=limit,
        cursor=cursor,
        include_deleted=include_deleted,
        total=total,
    )
    show(
        use(lambda services: services.categories.books(asked)),
        format,
        columns=_BOOK_COLUMNS,
        fields=only(BookResponse, fields),
    )


@app.command
def create(
    *,
    name: str | None = None,
    slug: str | None = None,
    parent_id: ParentOption = None,
    position: PositionOption = None,
    code: CodeOption = None,
    description: str | None = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Adds a category; books that name it already are in it from now on.

    $ daybook categories create --name Fiction
    $ daybook categories create --name "Historical fiction" --slug historical \
        --parent-id 01997f43-8c00-7000-8000-0123456789ab
    """
    fields = {
        "name": name,
        "slug": slug,
        "parent_id": None if parent_id is None else str(parent_id),
        "position": position,
        "code": code,
        "description": description,
    }
    new = command(CategoryCreate, json, fields)
    show(use(lambda services: services.categories.create(new, CALLER)), format)


@app.command
def update(
    category_id: IdArgument,
    /,
    *,
    name: str | None = None,
    slug: str | None = None,
    position: PositionOption = None,
    code: CodeOption = None,
    description: str | None = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others. Books follow a new name and a new slug.

    $ daybook categories update 01997f43-8c00-7000-8000-0123456789ab --name Novels
    $ daybook categories update 01997f43-8c00-7000-8000-0123456789ab --unset code
    """
    fields = {"name": name, "slug": slug, "position": position, "code": code, "description": description}
    changes = command(CategoryUpdate, json, fields, unset)
    show(use(lambda services: services.categories.update(category_id, changes, CALLER, version=version)), format)


@app.command
def move(
    category_id: IdArgument,
    /,
    *,
    to: ParentOption = None,
    root: Annotated[bool, Parameter(negative="", help="Make it a root.")] = False,
    position: PositionOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Moves a category, with all that is beneath it, beneath another one or to the root.

    $ daybook categories move 01997f43-8c00-7000-8000-0123456789ab --to 01997f43-8c00-7000-8000-ba9876543210
    $ daybook categories move 01997f43-8c00-7000-8000-0123456789ab --root
    """
    if root == (to is not None):
        raise UsageError("say where it goes: --to ID, or --root")
    fields = {"parent_id": None if to is None else str(to), "position": position}
    place = command(CategoryMove, None, fields, ("parent_id",) if root else ())
    show(use(lambda services: services.categories.move(category_id, place, CALLER, version=version)), format)


_RESOURCE.deletes(
    """Puts a category away, unless others are beneath it; it can be restored, and books keep what they name.

    $ daybook categories delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted category back, unless its slug or its code was taken in the meantime.

    $ daybook categories restore 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command(name="import")
def import_scheme(
    file: SchemeArgument,
    /,
    *,
    dry_run: DryRunOption = False,
    report: ReportOption = None,
    output: OutputOption = "table",
    strict: StrictOption = False,
) -> int:
    """Takes a subject scheme in: categories by their codes, all in one transaction.

    $ daybook categories import scheme.csv --dry-run
    $ daybook categories import thema.json --report rejected.csv

    A row that cannot be taken is told with its line and its reason, and stops
    no other. What is there already, and the same, is left alone: so the same
    file can be imported again. What is in no row stays.
    """
    with opened(file) as source, report_to(report) as note:
        taken = use(lambda services: services.categories.seed(source, CALLER, dry_run=dry_run))
        note(taken.verdicts)
    if output == "json":
        show(taken, "json")
    else:
        show_summary("standard input" if file == "-" else Path(file).name, taken.summary)
    if taken.summary.rejected:
        warn(taken.summary, report)
    return FAILURE if strict and taken.summary.rejected else OK


def _level(text: str) -> int:
    try:
        return level(text)
    except ValueError as error:
        raise UsageError(f"depth: {error}") from None


def _draw(found: CategoryTree) -> None:
    if not found.data:
        message("nothing found")
        return
    with console() as out:
        for node in found.data:
            out.print(_branch(node))


def _branch(node: CategoryNode, above: Tree | None = None) -> Tree:
    label = Text.assemble((node.name, "bold"), f"  {node.path}  {node.books.own}/{node.books.branch}")
    branch = Tree(label) if above is None else above.add(label)
    for child in node.children:
        _branch(child, branch)
    return branch

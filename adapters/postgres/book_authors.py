"""The links from books to their authors, written with the book from its own `contributors`.

What a book says of its authors was read before, perhaps long before: so each author is looked at again by the statement
that keeps the book, under a lock that a rename, a delete or a merge of it waits for. One that is deleted or has another
name by now is linked as NULL, which breaks the statement; one that is not there breaks the foreign key.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    FromClause,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.kinds import Change, unnested
from adapters.sql.tables import MOMENT, authors, book_authors, books

_COLUMNS = [book_authors.c.book_id, book_authors.c.place, book_authors.c.author_id, book_authors.c.role]


def links_of_one(gate: CTE | None) -> list[Change]:
    """The links of the added book, if `gate` has a row."""
    return [_links_of_one(books.name, gate)]


def _links_of_one(prefix: str, gate: CTE | None) -> Insert:
    question = select(
        bindparam(f"{prefix}_id", type_=Uuid()).label("book_id"),
        _json(bindparam(f"{prefix}_contributors", type_=Text())).label("contributors"),
        bindparam(f"{prefix}_deleted_at", type_=MOMENT).label("deleted_at"),
    )
    made = question if gate is None else question.select_from(gate)
    return insert(book_authors).from_select(_COLUMNS, _links(made, "made"))


def links_of_many(gate: CTE | None) -> list[Change]:
    """The links of added books."""
    source = _written(books.name)
    question = select(source.c.book_id, _json(source.c.contributors).label("contributors"), source.c.deleted_at)
    made = question if gate is None else question.select_from(source.join(gate, literal_column("true")))
    return [insert(book_authors).from_select(_COLUMNS, _links(made, "made"))]


def links_of_saved(gate: CTE) -> list[Change]:
    """The links of the saved book: those that are other ones now, and away with those that are none any more."""
    many = func.jsonb_array_length(_json(bindparam("saved_contributors", type_=Text())))
    gone = delete(book_authors).where(
        book_authors.c.book_id == gate.c.id, book_authors.c.place > func.coalesce(many, literal_column("0"))
    )
    return [_over_present(_links_of_one("saved", gate)), gone]


def links_of_many_saved(gate: CTE) -> list[Change]:
    """As `links_of_saved`, for each."""
    source = _written("saved")
    question = select(source.c.book_id, _json(source.c.contributors).label("contributors"), source.c.deleted_at)
    made = question.select_from(source.join(gate, gate.c.id == source.c.book_id))
    left = _written("saved")
    many = func.jsonb_array_length(_json(left.c.contributors))
    gone = delete(book_authors).where(
        book_authors.c.book_id == left.c.book_id, book_authors.c.place > func.coalesce(many, literal_column("0"))
    )
    return [_over_present(insert(book_authors).from_select(_COLUMNS, _links(made, "made"))), gone]


def _written(prefix: str) -> FromClause:
    return unnested(
        "written",
        {
            "book_id": bindparam(f"{prefix}_id", type_=ARRAY(Uuid())),
            "contributors": bindparam(f"{prefix}_contributors", type_=ARRAY(Text())),
            "deleted_at": bindparam(f"{prefix}_deleted_at", type_=ARRAY(MOMENT)),
        },
    )


def _over_present(links: Insert) -> Insert:
    given = links.excluded
    return links.on_conflict_do_update(
        index_elements=[book_authors.c.book_id, book_authors.c.place],
        set_={"author_id": given.author_id, "role": given.role},
        where=or_(book_authors.c.author_id != given.author_id, book_authors.c.role != given.role),
    )


def _json(text: ColumnElement[str]) -> ColumnElement[object]:
    return cast(text, JSONB())


def _links(made: Select[Any], name: str) -> Select[Any]:
    """Rows of book_authors for books with `book_id`, `contributors` and `deleted_at`."""
    each = made.subquery(name)
    entries = _entries(each.c.contributors)
    author_id = cast(literal_column("entries.value ->> 'id'", Text()), Uuid())
    name_then = literal_column("entries.value ->> 'name'", String())
    wanted = made.subquery("wanted")
    named = _entries(wanted.c.contributors)
    ids = select(cast(literal_column("entries.value ->> 'id'", Text()), Uuid())).select_from(
        wanted.join(named, literal_column("true"))
    )
    # An array, so that PostgreSQL expects a few and looks them up by their key.
    now = (
        select(authors.c.id, authors.c.name, authors.c.deleted_at)
        .where(authors.c.id == any_(func.array(ids.scalar_subquery())))
        .with_for_update(key_share=True, read=True, of=authors)
        .subquery("now")
    )
    as_said = and_(now.c.name == name_then, or_(now.c.deleted_at.is_(None), each.c.deleted_at.is_not(None)))
    linked = case((or_(now.c.id.is_(None), as_said), author_id))
    source = each.join(entries, literal_column("true")).outerjoin(now, now.c.id == author_id)
    return select(
        each.c.book_id, literal_column("entries.place", Integer()), linked, literal_column("entries.value ->> 'role'")
    ).select_from(source)


def _entries(contributors: ColumnElement[object]) -> FromClause:
    return (
        func.jsonb_array_elements(contributors)
        .table_valued(column("value", JSONB()), with_ordinality="place")
        .render_derived(name="entries")
    )

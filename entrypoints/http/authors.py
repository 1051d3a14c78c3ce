"""/v1/authors, and the books of one."""

from inspect import getdoc
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from application.authors.models import AUTHOR_LIST, AuthorCreate, AuthorMerge, AuthorRead, AuthorUpdate
from application.authors.service import AuthorService
from application.books.models import BOOK_LIST, BookResponse
from application.books.service import BookService
from application.errors import MergedAway
from application.listing import Listed
from application.ports.authors import AuthorExists, AuthorsChanged
from domain.books.author import Author, AuthorHasBooks, AuthorMerged, NotMerged
from domain.shared.ids import AuthorId
from entrypoints.http.examples import BOOK, NOW, page_of, plain
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import REVALIDATE
from entrypoints.http.resources import ResourceKind, resource_operations

_PATH = "/v1/authors/{author_id}"
_KEY = ("author_id", "author")
_OTHER_ID = UUID("01933d10-6d81-7f54-b6f8-4b5c6d7e8f06")
_AUTHOR_ID = UUID("01933d10-6d83-7176-98ba-6d7e8f901808")
_NEW = AuthorCreate(name="Charlotte Brontë", other_names=["Currer Bell"], born="1816-04-21", died="1855-03-31")
_ENTERED, _ = Author.enter(AuthorId(_AUTHOR_ID), _NEW.details(), at=NOW, by="anonymous")
_AUTHOR = AuthorRead.of(_ENTERED)
_MERGE = AuthorMerge(from_id=_OTHER_ID)
_BACK = replace(_AUTHOR, id=_OTHER_ID, name="Currer Bell", sort_name="Bell, Currer", other_names=[], version=3)

AUTHORS = ResourceKind(
    noun="author",
    plural="authors",
    create=AuthorCreate,
    update=AuthorUpdate,
    read=AuthorRead,
    listing=AUTHOR_LIST,
    new_example=_NEW,
    change_example=AuthorUpdate(sort_name="Bronte, Charlotte"),
    example=_AUTHOR,
    unique=(AuthorExists,),
    cache_control=REVALIDATE,
    refusals=(AuthorHasBooks, AuthorMerged),
    moves=MergedAway,
)


def author_operations(service: AuthorService, books: BookService, handlers: Handlers) -> list[Operation]:
    """The operations of authors."""

    async def present(author_id: UUID) -> int:
        return (await service.get(author_id, include_deleted=True)).version

    return [
        *resource_operations(AUTHORS, service, handlers),
        _verb(
            "merge",
            "Merge another author into this one",
            service.merge,
            handlers.decide(AuthorMerge, service.merge, present, *_KEY),
            takes=AuthorMerge,
            takes_example=plain(_MERGE),
            example=_AUTHOR,
            errors=(AuthorsChanged, MergedAway),
        ),
        _verb(
            "unmerge",
            "Undo the merge of this author into another one",
            service.unmerge,
            handlers.act(service.unmerge, present, *_KEY),
            takes=Nothing,
            takes_example={},
            example=_BACK,
            errors=(AuthorsChanged, AuthorExists, NotMerged),
        ),
        Operation(
            id="get_author_books",
            method="GET",
            path=f"{_PATH}/books",
            handler=handlers.read_sublist(books.list, BOOK_LIST, service.get, *_KEY),
            summary="List the books of an author",
            about="Those that name the author in any role. The id of a merged author leads to the other one's (301).",
            tag="authors",
            parameters=list_parameters(BOOK_LIST, without=frozenset({"author_id"})),
            gives=Listed[BookResponse],
            gives_example=page_of(BOOK),
            moves=True,
        ),
    ]


def _verb(
    verb: str,
    summary: str,
    use_case: Any,
    handler: Any,
    *,
    takes: Any,
    takes_example: Any,
    example: AuthorRead,
    errors: tuple[type[Exception], ...],
) -> Operation:
    return Operation(
        id=f"{verb}_author",
        method="POST",
        path=f"{_PATH}/{verb}",
        handler=handler,
        summary=summary,
        about=getdoc(use_case) or "",
        tag="authors",
        takes=takes,
        takes_example=takes_example,
        optional_body=takes is Nothing,
        gives=AuthorRead,
        gives_example=plain(example),
        tagged=True,
        guarded=True,
        errors=errors,
    )

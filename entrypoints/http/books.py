"""/v1/books and /v1/isbn."""

from inspect import getdoc
from uuid import UUID

from litestar.types import ASGIApp

from application.books.batch import BookBatchService
from application.books.batch_models import (
    BookBatch,
    BookBatchResult,
    BookBatchRow,
    BookBatchRows,
    RowProblem,
    RowVerdict,
)
from application.books.models import BOOK_LIST, BookCreate, BookResponse, BookUpdate
from application.books.service import BookService
from application.ports.books import IsbnExists
from domain.shared.errors import Problem
from entrypoints.http.conditions import content_tag
from entrypoints.http.examples import BOOK, BOOK_CREATE, BOOK_ID, plain
from entrypoints.http.handlers import Handlers, resource_reply
from entrypoints.http.operations import Operation
from entrypoints.http.replies import REVALIDATE
from entrypoints.http.requests import HttpRequest, refuse_query
from entrypoints.http.resources import ResourceKind, resource_operations

BOOKS = ResourceKind(
    noun="book",
    plural="books",
    create=BookCreate,
    update=BookUpdate,
    read=BookResponse,
    listing=BOOK_LIST,
    new_example=BOOK_CREATE,
    change_example=BookUpdate(description="A study of provincial life.", language="en"),
    example=BOOK,
    unique=(IsbnExists,),
    cache_control=REVALIDATE,
    tag=content_tag,  # reviews change its rating, and authors their names, without a version of the book
)

_BATCH = {
    "rows": [
        {"op": "create", "title": "Emma", "author": "Jane Austen", "isbn": "978-0-14-143958-7"},
        {"op": "update", "id": str(BOOK_ID), "version": 1, "availability": "out_of_stock"},
        {"op": "create", "title": "Emma", "author": "Jane Austen", "isbn": "978-0-14-143958-8"},
    ]
}
_NO_ISBN = Problem(pointer="/isbn", code="isbn-checksum", message="has a wrong check digit: look for a mistyped digit")
_BATCH_RESULT = BookBatchResult(
    created=1,
    updated=1,
    unchanged=0,
    refused=1,
    rows=[
        BookBatchRow(row=0, verdict=RowVerdict.CREATED, id=UUID("01933d10-6d84-7287-a9cb-7e8f90182909"), version=1),
        BookBatchRow(row=1, verdict=RowVerdict.UPDATED, id=BOOK_ID, version=2),
        BookBatchRow(
            row=2,
            verdict=RowVerdict.REFUSED,
            problem=RowProblem.because("invalid", f"/isbn: {_NO_ISBN.message}", (_NO_ISBN,)),
        ),
    ],
)


def book_operations(service: BookService, batches: BookBatchService, handlers: Handlers) -> list[Operation]:
    """The operations of books."""

    async def get_by_isbn(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        found = await service.get_by_isbn(request.scope["path_params"]["isbn"])
        return resource_reply(request.scope, found, content_tag, REVALIDATE)

    return [
        *resource_operations(BOOKS, service, handlers),
        Operation(
            id="create_and_update_books",
            method="POST",
            path="/v1/books/batch",
            handler=handlers.run(BookBatchRows, batches.run),
            summary="Create and change many books",
            about=getdoc(batches.run) or "",
            tag="books",
            takes=BookBatch,
            takes_example=_BATCH,
            gives=BookBatchResult,
            gives_example=plain(_BATCH_RESULT),
        ),
        Operation(
            id="get_book_by_isbn",
            method="GET",
            path="/v1/isbn/{isbn}",
            handler=get_by_isbn,
            summary="Get the book of an ISBN",
            about=getdoc(service.get_by_isbn) or "",
            tag="books",
            gives=BookResponse,
            gives_example=plain(BOOK),
            tagged=True,
        ),
    ]

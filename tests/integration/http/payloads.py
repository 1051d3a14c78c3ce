"""Bodies that are right, for tests that say what they change in them."""

from typing import Any

ISBN = "978-0-14-143954-9"
OTHER_ISBN = "0-306-40615-2"
NO_ID = "01933d10-6d7c-7c4e-9b1f-3d1f5a6c2e99"


def a_book(**changed: Any) -> dict[str, Any]:
    book: dict[str, Any] = {"title": "Middlemarch", "author": "George Eliot", "isbn": ISBN, "published_date": "1871-12"}
    return {**book, **changed}


def a_customer(**changed: Any) -> dict[str, Any]:
    return {"name": "Ada Lovelace", "email": "Ada@Example.org", **changed}


def a_line(**changed: Any) -> dict[str, Any]:
    return {"sku": "BOOKMARK-01", "quantity": 2, "unit_price": "1.50", **changed}


def an_order(*lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"currency": "EUR", "lines": [*(lines or [a_line()])], **changed}

"""Lists asked for as callers ask for them: by text parameters, page after page by the cursor."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from application.listing import Listed, Listing, ListSpec, Page, listed, read_listing

T = TypeVar("T")
Reader = Callable[[Listing], Awaitable[Page[T]]]


async def asked(spec: ListSpec, read: Reader[T], **parameters: str) -> Listed[T]:
    """One page. A double underscore stands for brackets: `created_at__gte` is `created_at[gte]`."""
    named = [(f"{name.replace('__', '[')}]" if "__" in name else name, text) for name, text in parameters.items()]
    listing = read_listing(spec, named)
    return listed(spec, listing, await read(listing))


async def walked(spec: ListSpec, read: Reader[T], **parameters: str) -> list[T]:
    """All pages, two rows each unless `limit` is given."""
    page = await asked(spec, read, **{"limit": "2", **parameters})
    found = list(page.data)
    while page.has_more:
        assert page.next_cursor is not None
        page = await asked(spec, read, **{"limit": "2", **parameters, "cursor": page.next_cursor})
        assert page.data, "a page that follows is never empty"
        found.extend(page.data)
    assert page.next_cursor is None
    return found

"""The letter that confirms an order: one set of texts, shown as text and as HTML."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from msgspec import UNSET

from application.books.models import BookResponse
from application.fields import MoneyRead
from application.mail.models import SUBJECT_LENGTH, Letter, Shop
from application.mail.templates import Html, Templates, filled, joined
from application.orders.models import OrderLineRead, OrderRead

_NAME = "order-confirmation"


class _Line(NamedTuple):
    title: str
    details: tuple[str, ...]
    amount: str


class _Total(NamedTuple):
    template: str
    label: str
    amount: str


def write(
    order: OrderRead, books: Mapping[UUID, BookResponse], *, name: str | None, shop: Shop, templates: Templates
) -> Letter:
    """The confirmation of an order with its lines, for a customer of that name; `books` are those of the lines.

    Amounts are the order's own, to the last digit, and times are those of the shop.
    """
    words = templates.words
    lines = [_line(one, books, templates) for one in (() if order.lines is UNSET else order.lines)]
    totals = list(_totals(order, templates))
    said = {
        "number": order.reference or str(order.id),
        "placed_at": templates.moment(order.placed_at, shop.zone),
        "greeting": words.greeting_without_name if name is None else filled(words.greeting, name=name),
        "shop": shop.name,
    }
    text = templates.text(
        _NAME,
        **said,
        lines="".join(_line_text(one, templates) for one in lines).rstrip(),
        totals="".join(templates.text(kind, label=label, amount=amount) for kind, label, amount in totals).rstrip(),
        address="\n".join(shop.address),
    )
    content = templates.html(
        _NAME,
        **said,
        lines=joined(_line_html(one, templates) for one in lines),
        totals=joined(templates.html(kind, label=label, amount=amount) for kind, label, amount in totals),
    )
    subject = templates.line(f"{_NAME}.subject", number=said["number"], shop=shop.name)
    html = templates.page(content, title=subject, shop=shop)
    return Letter(subject[:SUBJECT_LENGTH], text.rstrip() + "\n", html)


def _line(line: OrderLineRead, books: Mapping[UUID, BookResponse], templates: Templates) -> _Line:
    words, book = templates.words, None if line.book_id is None else books.get(line.book_id)
    price, discount = _money(line.unit_price), line.discount
    bought = (
        filled(words.line_with_discount, quantity=str(line.quantity), price=price, discount=_money(discount))
        if discount.amount
        else filled(words.line, quantity=str(line.quantity), price=price)
    )
    if book is not None:
        about = filled(words.book, author=book.author, isbn=line.sku)
        return _Line(book.title, (about, bought), _money(line.amount))
    if line.description is not None:
        return _Line(line.description, (line.sku, bought), _money(line.amount))
    return _Line(line.sku, (bought,), _money(line.amount))


def _line_text(line: _Line, templates: Templates) -> str:
    details = "".join(templates.text(f"{_NAME}.detail", detail=one) for one in line.details)
    return templates.text(f"{_NAME}.line", title=line.title, details=details, amount=line.amount)


def _line_html(line: _Line, templates: Templates) -> Html:
    details = joined(templates.html(f"{_NAME}.detail", detail=one) for one in line.details)
    return templates.html(f"{_NAME}.line", title=line.title, details=details, amount=line.amount)


def _totals(order: OrderRead, templates: Templates) -> Iterator[_Total]:
    words, parts = templates.words, [(templates.words.tax, order.tax), (templates.words.shipping, order.shipping)]
    further = [(label, money) for label, money in parts if money.amount]
    if further:
        yield _Total(f"{_NAME}.total", words.subtotal, _money(order.subtotal))
        for label, money in further:
            yield _Total(f"{_NAME}.total", label, _money(money))
    yield _Total(f"{_NAME}.grand-total", words.total, _money(order.total))


def _money(money: MoneyRead) -> str:
    return f"{money.amount:f} {money.currency}"

"""The letter: the same in text and in HTML, exact, escaped, and complete in its templates."""

import html
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from application.books.models import BookResponse
from application.mail.models import Letter, Shop
from application.mail.order_confirmation import write
from application.mail.templates import Templates
from application.orders.models import OrderRead
from domain.orders.order import Order
from tests.support.builders import a_book, a_line, an_order
from tests.support.mailers import a_box

TEMPLATES = Templates.read()
SHOP = Shop(
    name="Books & Co",
    sender=a_box("orders@shop.example", "Books & Co"),
    zone=ZoneInfo("Europe/Prague"),
    address=("12 Holywell Street", "Oxford <OX1 3SA>"),
)
EVIL = "<script>alert('$shop')</script> & \"quoted\" $number"
OF_THE_TEXT_ALONE = {*"thank We have noted it Order order.".split(), "-" * 40}
SUMMER = datetime(2026, 7, 31, 22, 5, tzinfo=UTC)


def letter(order: Order, *, name: str | None = "Ada", books: tuple[BookResponse, ...] = ()) -> Letter:
    return write(OrderRead.of(order), {one.id: one for one in books}, name=name, shop=SHOP, templates=TEMPLATES)


class Reader(HTMLParser):
    """The text of a page, what it loads, and whether each tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "background")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and "title" not in self.open:
            self.words += data.split()


def shown(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_what_was_bought_is_told_to_the_last_digit() -> None:
    book = a_book(title="Middlemarch", author="George Eliot", isbn_text="0141439548")
    order = an_order(
        a_line(1, book=book, quantity=2, unit_price="9.99", discount="0.99"),
        a_line(2, sku="TOTE", description="Cotton bag", quantity=3, unit_price="0.001"),
        a_line(3, sku="GIFTWRAP", unit_price="4.5"),
        currency="GBP",
        reference="W-1",
        tax="3.2",
        shipping="2.95",
        placed_at=SUMMER,
    )
    made = letter(order, books=(BookResponse.of(book),))
    assert made.subject == "Your order W-1 at Books & Co"
    assert made.text == (
        "Hello Ada,\n\n"
        "thank you for your order. We have noted it as follows.\n\n"
        "Order:  W-1\n"
        "Placed: 1 August 2026, 00:05 (CEST)\n\n"
        "Middlemarch\n  George Eliot · ISBN 9780141439549\n  2 × 9.99 GBP, less 0.99 GBP\n  18.99 GBP\n\n"
        "Cotton bag\n  TOTE\n  3 × 0.001 GBP\n  0.003 GBP\n\n"
        "GIFTWRAP\n  1 × 4.50 GBP\n  4.50 GBP\n"
        "----------------------------------------\n"
        "Subtotal: 23.493 GBP\nTax: 3.20 GBP\nShipping: 2.95 GBP\nTotal: 29.643 GBP\n\n"
        "If something is not as it should be, just answer this message.\n\n"
        "Books & Co\n12 Holywell Street\nOxford <OX1 3SA>\n"
    )


def test_both_forms_say_the_same() -> None:
    book = a_book(title=EVIL, author="O'Neill", isbn_text="0141439548")
    order = an_order(
        a_line(1, book=book),
        a_line(2, sku="<b>", description=EVIL),
        a_line(3, sku="&amp;"),
        tax="1",
        reference=EVIL,
    )
    made = letter(order, name=EVIL, books=(BookResponse.of(book),))
    page = shown(made.html)
    assert "script" not in page.open
    told = {word.strip(":") for word in made.text.split()} - OF_THE_TEXT_ALONE
    assert told <= {word.strip(":") for word in page.words}
    assert "<script" not in made.html
    in_html = ("name", "title of the book", "description", "reference in the title", "reference")
    assert made.html.count(html.escape(EVIL)) == len(in_html)
    assert EVIL in made.text


def test_a_page_loads_nothing_and_is_made_for_day_and_night() -> None:
    made = letter(an_order(currency="JPY"))
    assert shown(made.html).links == []
    assert "url(" not in made.html
    assert 'lang="en"' in made.html
    assert "prefers-color-scheme: dark" in made.html
    assert all('scope="' in one for one in re.findall(r"<th\b[^>]*>", made.html))


def test_an_order_without_this_and_that() -> None:
    order = an_order(currency="JPY")
    made = letter(order, name=None)
    assert made.text.startswith("Hello,\n")
    assert f"Order:  {order.id}\n" in made.text
    assert "Total: 10 JPY\n" in made.text
    assert "Subtotal" not in made.text + made.html
    assert "Tax" not in made.text + made.html

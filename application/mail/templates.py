"""Texts of letters, a folder a language: each a file with `$names` of what is filled in, and none with logic."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from html import escape
from importlib import resources
from string import Template
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from application.mail.models import Shop
from domain.webhooks.delivery import SendError

ENGLISH: Final = "en"
_WORDS: Final = "words.json"


class Html(str):
    """Text that is HTML by now; all other is escaped where it is filled into HTML."""

    __slots__ = ()


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a language says where no template stands: a word, or a pattern of its own."""

    months: Annotated[list[str], Meta(min_length=12, max_length=12)]
    moment: str
    greeting: str
    greeting_without_name: str
    line: str
    line_with_discount: str
    book: str
    subtotal: str
    tax: str
    shipping: str
    total: str
    answer: str
    answered: str
    failures: dict[SendError, str]
    no_answers: str


class Templates:
    """The templates of one language, by the names of their files; `words` are its words.

    Raises KeyError where a template names what is not given, or where there is none of that name.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._templates = {name: Template(text) for name, text in files.items() if name != _WORDS}
        self.words = msgspec.json.decode(files[_WORDS], type=Words)

    @classmethod
    def read(cls, language: str = ENGLISH) -> "Templates":
        """Those that come with Daybook."""
        folder = resources.files("application.mail") / "templates" / language
        return cls({file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()})

    def line(self, name: str, /, **values: str) -> str:
        """A text of one line, such as a subject."""
        return " ".join(self.text(name, **values).split())

    def text(self, name: str, /, **values: str) -> str:
        """The template `name`.txt, filled in."""
        return self._templates[f"{name}.txt"].substitute(values)

    def html(self, name: str, /, **values: str) -> Html:
        """The template `name`.html, filled in; every value is escaped that is not HTML."""
        escaped = {key: value if isinstance(value, Html) else escape(value) for key, value in values.items()}
        return Html(self._templates[f"{name}.html"].substitute(escaped))

    def page(self, content: Html, *, title: str, shop: Shop) -> Html:
        """A whole page of this shop."""
        address = joined(self.html("page.address-line", line=one) for one in shop.address)
        return self.html("page", title=title, shop=shop.name, content=content, address=address)

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """A point in time, as a clock in `zone` shows it."""
        local = at.astimezone(zone)
        return filled(
            self.words.moment,
            day=str(local.day),
            month=self.words.months[local.month - 1],
            year=str(local.year),
            clock=f"{local:%H:%M}",
            zone=local.tzname() or "",
        )


def filled(pattern: str, **values: str) -> str:
    """A pattern of the words, filled in."""
    return Template(pattern).substitute(values)


def joined(parts: Iterable[Html]) -> Html:
    """Pieces of HTML, one after the other."""
    return Html("".join(parts))

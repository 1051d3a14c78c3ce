"""The templates: none is missing, none is left over, and each says where it cannot be filled in."""

from importlib import resources

import pytest

from application.mail import order_confirmation, webhook_paused
from application.mail.templates import Html, Templates
from application.orders.models import OrderRead
from domain.webhooks.delivery import SendError
from tests.support.builders import a_book, a_line, an_order
from tests.unit.application.mail.test_order_confirmation import SHOP
from tests.unit.application.mail.test_webhook_paused import a_paused, missed

FOLDER = resources.files("application.mail") / "templates" / "en"


def test_every_template_is_used_and_none_is_missing() -> None:
    names = {file.name for file in FOLDER.iterdir()}
    read: set[str] = set()

    class Watching(Templates):
        def text(self, name: str, /, **values: str) -> str:
            read.add(f"{name}.txt")
            return super().text(name, **values)

        def html(self, name: str, /, **values: str) -> Html:
            read.add(f"{name}.html")
            return super().html(name, **values)

    watching = Watching.read()
    order = an_order(a_line(1, book=a_book(), discount="1"), a_line(2, description="x"), tax="1")
    order_confirmation.write(OrderRead.of(order), {}, name="Ada", shop=SHOP, templates=watching)
    webhook_paused.write(a_paused(description="x"), missed(404), shop=SHOP, templates=watching)
    assert names - read == {"words.json", "test.subject.txt", "test.txt"}


def test_a_language_lacks_no_word() -> None:
    with pytest.raises(Exception, match="missing required field `moment`"):
        Templates({"words.json": '{"months": ["1","2","3","4","5","6","7","8","9","10","11","12"]}'})
    assert set(Templates.read().words.failures) == set(SendError)


def test_a_template_that_names_what_nobody_gives_is_an_error() -> None:
    words = (FOLDER / "words.json").read_text()
    with pytest.raises(KeyError, match="surname"):
        Templates({"words.json": words, "a.txt": "$surname"}).text("a", name="Ada")

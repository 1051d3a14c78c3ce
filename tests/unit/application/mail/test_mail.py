"""What a piece of mail may be made of."""

import pytest

from application.mail.models import Mailbox
from domain.customers.email_address import EmailAddress
from domain.shared.errors import Invalid
from tests.support.mailers import a_mail

ADA = EmailAddress.parse("ada@example.org")
BREAKS = ["\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "\rBcc: eve", "\0", "\x1b", "\u2028x", "\x85x"]


@pytest.mark.parametrize("more", BREAKS)
def test_nothing_that_becomes_a_header_holds_a_line_break(more: str) -> None:
    with pytest.raises(Invalid):
        Mailbox(ADA, f"Ada{more}")
    with pytest.raises(Invalid):
        EmailAddress.parse(f"ada@example.org{more}.org")
    for field, value in (
        ("subject", f"Your order{more}"),
        ("message_id", f"order.1@shop.example{more}"),
        ("headers", {"List-Id": f"<orders>{more}"}),
        ("headers", {f"List-Id{more}": "<orders>"}),
    ):
        with pytest.raises(Invalid) as caught:
            a_mail(**{field: value})
        assert all(one.pointer.startswith(f"/{field}") for one in caught.value.problems)


@pytest.mark.parametrize(
    "name", ["Bcc", "to", "Subject", "MESSAGE-ID", "Content-Type", "Reply-To", "Sender", "x:y", ""]
)
def test_a_further_header_takes_no_other_s_place(name: str) -> None:
    with pytest.raises(Invalid):
        a_mail(headers={name: "x"})


@pytest.mark.parametrize("message_id", ["", "1", "<1@x>", "../1@x", ".1@x", "a/b@x", "ž@x", "a@", "a b@x", "a@x/../y"])
def test_a_message_id_is_also_the_name_of_a_file(message_id: str) -> None:
    with pytest.raises(Invalid):
        a_mail(message_id=message_id)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        a_mail(message_id="x", subject="", text="\0", html="\ud800", headers={"Bcc": "eve"})
    assert [one.pointer for one in caught.value.problems] == [
        "/message_id",
        "/subject",
        "/text",
        "/html",
        "/headers/Bcc",
    ]


def test_names_and_subjects_are_trimmed() -> None:
    assert Mailbox(ADA, "  Ada ").name == "Ada"
    assert a_mail(subject=" Your order ").subject == "Your order"

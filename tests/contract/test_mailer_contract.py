"""What application/ports/mailer.py promises, of memory, a folder and a server that speaks SMTP."""

from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from application.ports.mailer import Mailer
from domain.shared.errors import Invalid
from tests.support.builders import MORNING
from tests.support.mailers import MAILERS, MailerCase, Sent, a_box, a_mail

Opened = tuple[Mailer, Sent]


@pytest.fixture(params=MAILERS, ids=lambda case: case.name)
def mailer_case(request: pytest.FixtureRequest) -> MailerCase:
    case: MailerCase = request.param
    return case


@pytest.fixture
async def opened(mailer_case: MailerCase, tmp_path: Path) -> AsyncIterator[Opened]:
    async with mailer_case.open(tmp_path) as pair:
        yield pair


async def test_a_message_arrives_as_it_was_given(opened: Opened) -> None:
    mailer, sent = opened
    await mailer.send(
        a_mail(
            html="<p>Thank <b>you</b>.</p>\n",
            reply_to=a_box("help@shop.example", "Help"),
            headers={"Auto-Submitted": "auto-generated", "List-Id": "<orders.shop.example>"},
        )
    )
    (got,) = sent()
    assert got.message_id == "order.1@shop.example"
    assert got.at == MORNING
    assert got.at.utcoffset() == timedelta(0)
    assert got.sender == ("The Shop", "orders@shop.example")
    assert got.to == ("Ada Lovelace", "ada@example.org")
    assert got.reply_to == ("Help", "help@shop.example")
    assert got.subject == "Your order"
    assert got.text == "Thank you.\n"
    assert got.html == "<p>Thank <b>you</b>.</p>\n"
    assert got.headers.items() >= {"Auto-Submitted": "auto-generated", "List-Id": "<orders.shop.example>"}.items()


async def test_a_message_of_text_alone(opened: Opened) -> None:
    mailer, sent = opened
    await mailer.send(a_mail(to=a_box("ada@example.org"), at=MORNING.astimezone(UTC)))
    (got,) = sent()
    assert (got.html, got.reply_to, got.to) == (None, None, ("", "ada@example.org"))


async def test_messages_arrive_each_by_itself(opened: Opened) -> None:
    mailer, sent = opened
    for number in range(3):
        await mailer.send(a_mail(message_id=f"order.{number}@shop.example", to=a_box(f"reader{number}@example.org")))
    assert [(one.message_id, one.to[1]) for one in sent()] == [
        (f"order.{number}@shop.example", f"reader{number}@example.org") for number in range(3)
    ]


async def test_a_double_is_recognised_by_its_message_id(opened: Opened, mailer_case: MailerCase) -> None:
    mailer, sent = opened
    for text in ("first\n", "again\n"):
        await mailer.send(a_mail(text=text))
    found = sent()
    assert {one.message_id for one in found} == {"order.1@shop.example"}
    assert [one.text for one in found] == (["again\n"] if mailer_case.keeps_one_of_a_double else ["first\n", "again\n"])


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Žofie Müllerová", "Vaše objednávka č. 7"),
        ("村上 春樹", "ご注文ありがとうございます"),
        ("=?utf-8?q?Ada=0D=0ABcc:_eve@example.org?=", "=?utf-8?b?DQpCY2M6IGV2ZQ==?="),
        ("Lovelace, Ada (Countess) <ada>", "a, b; c: <d> \"e\" 'f' \\ g"),
        ('Ada "The Engine" Lovelace', "=?utf-8?q?not_encoded?="),
        ("محمد", "📚 طلبك"),
        ("n" * 255, "s" * 500),
        ("ñ" * 255, "š" * 500),
        ("many words " * 23 + "x", "subject with many words " * 20 + "x"),
    ],
)
async def test_names_and_subjects_in_any_script_and_of_any_length(opened: Opened, name: str, subject: str) -> None:
    mailer, sent = opened
    await mailer.send(a_mail(to=a_box("ada@example.org", name), subject=subject))
    (got,) = sent()
    assert got.to == (name, "ada@example.org")
    assert got.subject == subject


_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=120)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=_TEXT, subject=_TEXT, number=st.integers(min_value=0))
async def test_drawn_names_and_subjects(opened: Opened, name: str, subject: str, number: int) -> None:
    mailer, sent = opened
    try:
        mail = a_mail(message_id=f"m.{number}@shop.example", to=a_box("ada@example.org", name), subject=subject)
    except Invalid:
        reject()  # spaces and marks alone
    await mailer.send(mail)
    got = next(one for one in reversed(sent()) if one.message_id == mail.message_id)
    assert (got.to, got.subject) == ((mail.to.name, "ada@example.org"), mail.subject)


@pytest.mark.parametrize("text", ["x" * 5000, "ž" * 5000, "word " * 2000, ".\n..\n.x\n", "From here\n", "\ttab\n", "a"])
async def test_bodies_of_any_kind(opened: Opened, text: str) -> None:
    mailer, sent = opened
    await mailer.send(a_mail(text=text, html=f"<p>{text}</p>"))
    (got,) = sent()
    assert got.text.rstrip("\n") == text.rstrip("\n")
    assert (got.html or "").rstrip("\n") == f"<p>{text}</p>"


@pytest.mark.parametrize(
    "address", ["ada@bücher.example", "žofie@example.org", "ada@straße.example", "用户@例子.example"]
)
async def test_addresses_in_any_script(opened: Opened, address: str) -> None:
    mailer, sent = opened
    await mailer.send(a_mail(to=a_box(address, "Žofie, die Erste")))
    (got,) = sent()
    assert got.to[0] == "Žofie, die Erste"
    local, _, domain = got.to[1].rpartition("@")
    assert f"{local}@{domain.encode().decode('idna') if domain.isascii() else domain}" == address

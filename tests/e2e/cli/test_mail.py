"""Mail on the command line, on PostgreSQL, written into a folder."""

import re
from pathlib import Path

import pytest

from tests.support.commands import NOBODY, Run, made
from tests.support.mailers import taken_apart

ORDER = ("orders", "create", "--currency", "GBP", "--line", "TOTE,2,4.50", "--reference", "W-1")
IMPORTED = "channel,reference,placed_at,customer,currency,sku,quantity,unit_price\nold,O-1,2020-01-31,,EUR,TOTE,1,5\n"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    given = {"TRANSPORT": "folder", "FOLDER": str(tmp_path / "mail"), "FROM_ADDRESS": "orders@shop.example"}
    for name, value in {**given, "SHOP_NAME": "The Shop", "TIMEZONE": "Europe/London"}.items():
        monkeypatch.setenv(f"MAIL_{name}", value)
    return tmp_path / "mail"


def test_a_test_arrives(daybook: Run, folder: Path) -> None:
    code, out, error = daybook("mail", "test", "Ada@Example.org")
    assert (code, out) == (0, "")
    (file,) = folder.iterdir()
    assert error == f"written to {file}\n"
    got = taken_apart(file.read_bytes())
    assert (got.to, got.sender) == (("", "ada@example.org"), ("The Shop", "orders@shop.example"))
    assert daybook("mail", "test", "nobody") == (2, "", "error: must be an e-mail address such as ada@example.org\n")


def test_an_order_is_shown_and_then_confirmed(daybook: Run, folder: Path) -> None:
    ada = made(daybook, "customers", "create", "--name", "Ada Lovelace", "--email", "ada@example.org")
    order = made(daybook, *ORDER, "--customer-id", ada["id"])
    code, shown, error = daybook("orders", "confirm", order["id"], "--dry-run")
    assert (code, error) == (0, "")
    assert shown.startswith("To: ada@example.org\nSubject: Your order W-1 at The Shop\n\nHello Ada Lovelace,\n")
    assert re.search(r"^Total: 9\.00 GBP$", shown, re.MULTILINE)
    assert not folder.exists()
    message_id = f"order-confirmation.{order['id']}@shop.example"
    for _ in range(2):
        assert daybook("orders", "confirm", order["id"]) == (0, "", f"sent: {message_id}\n")
    (file,) = folder.iterdir()
    assert file.name == f"{message_id}.eml"
    assert shown.endswith(taken_apart(file.read_bytes()).text)


def test_what_is_not_confirmed_says_why(daybook: Run, folder: Path, tmp_path: Path) -> None:
    order = made(daybook, *ORDER)
    for more in ((), ("--dry-run",)):
        assert daybook("orders", "confirm", order["id"], *more) == (
            1,
            "",
            "error: no confirmation is sent: no-customer\n",
        )
    assert daybook("orders", "confirm", NOBODY)[0] == 3
    assert not folder.exists()


def test_an_import_says_in_its_events_that_it_is_one(daybook: Run, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(IMPORTED)
    assert daybook("import", str(file), "--quiet")[0] == 0
    made(daybook, *ORDER)
    events = made(daybook, "events", "list", "--type", "order.placed")["data"]
    assert [one["data"].get("imported") for one in events] == [True, None]


def test_mail_that_is_off_says_how_to_turn_it_on(daybook: Run) -> None:
    order = made(daybook, *ORDER)
    off = (2, "", "error: mail is off: set MAIL_TRANSPORT to folder or smtp, and MAIL_FROM_ADDRESS\n")
    assert daybook("mail", "test", "ada@example.org") == off
    assert daybook("orders", "confirm", order["id"]) == off

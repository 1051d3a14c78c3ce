"""Settings of mail: what does not go together, all at once, and what is made of them."""

from datetime import datetime
from pathlib import Path

import pytest

from adapters.mail.folder import FolderMailer
from adapters.mail.smtp import SmtpMailer
from application.mail.pause_jobs import TellOwner
from domain.customers.email_address import EmailAddress
from entrypoints.bootstrap import mail
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.loader import load
from entrypoints.bootstrap.settings import AppConfig, MailConfig, MailTransport, Secret, Settings
from entrypoints.bootstrap.wiring import Wiring

SOUND = {
    "MAIL_TRANSPORT": "smtp",
    "MAIL_HOST": "mail.example",
    "MAIL_USER": "shop",
    "MAIL_PASSWORD": "correct horse",
    "MAIL_FROM_ADDRESS": "orders@shop.example",
    "MAIL_REPLY_TO": "help@shop.example",
    "MAIL_SHOP_NAME": "Žofie & Co",
    "MAIL_SHOP_ADDRESS": "12 Holywell Street, Oxford OX1 3SA",
    "MAIL_TIMEZONE": "Europe/London",
    "MAIL_ORDER_CONFIRMATIONS": "true",
}


def problems(folder: Path, **given: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(given, folder)
    return caught.value.problems


def test_mail_is_off_unless_somebody_turns_it_on(tmp_path: Path) -> None:
    config = load({}, tmp_path).settings.mail
    assert (config.transport, config.order_confirmations) == ("off", False)
    assert (mail.mailer(config), mail.shop(config), mail.trial(config)) == (None, None, None)
    assert Wiring(Settings(app=AppConfig(storage="memory")), None).order_confirmations is None


@pytest.mark.parametrize("env", ["development", "production"])
def test_sound_settings(tmp_path: Path, env: str) -> None:
    loaded = load({**SOUND, "APP_ENV": env}, tmp_path)
    config = loaded.settings.mail
    assert loaded.warnings == ()
    assert config.password == Secret("correct horse")
    carrier, shop = mail.mailer(config), mail.shop(config)
    assert isinstance(carrier, SmtpMailer)
    assert carrier._server == "the mail server mail.example:587"
    assert shop is not None
    assert (shop.name, shop.sender.name, shop.domain) == ("Žofie & Co", "Žofie & Co", "shop.example")
    assert shop.address == ("12 Holywell Street", "Oxford OX1 3SA")
    assert datetime(2026, 7, 1, tzinfo=shop.zone).tzname() == "BST"
    assert shop.reply_to is not None
    assert shop.reply_to.address.value == "help@shop.example"


def test_services_that_confirm_orders(tmp_path: Path) -> None:
    config = MailConfig(transport="folder", folder=str(tmp_path), from_address="orders@shop.example")
    wiring = Wiring(Settings(app=AppConfig(storage="memory"), mail=config), None)
    assert wiring.order_confirmations is not None
    assert isinstance(wiring.order_confirmations._mailer, FolderMailer)
    assert mail.trial(config) is not None


@pytest.mark.parametrize("transport", ["off", "folder"])
def test_the_owner_of_a_webhook_can_be_told_with_mail_and_is_answered_for_without(
    tmp_path: Path, transport: MailTransport
) -> None:
    config = MailConfig(
        transport=transport, folder=str(tmp_path), from_address="orders@shop.example", operator="Ops@shop.example"
    )
    wiring = Wiring(Settings(app=AppConfig(storage="memory"), mail=config), None)
    (kind,) = [one for one in wiring.services.job_kinds if one.name == "webhook-paused"]
    assert isinstance(kind.handler, TellOwner)
    notices = kind.handler._notices
    assert (notices is None) == (transport == "off")
    assert notices is None or notices._operator == EmailAddress("ops@shop.example")


def test_the_password_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    given = {name: text for name, text in SOUND.items() if name != "MAIL_PASSWORD"}
    loaded = load({**given, "MAIL_PASSWORD_FILE": "password"}, tmp_path)
    assert loaded.settings.mail.password == Secret("correct horse")


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        MAIL_TRANSPORT="smtp",
        MAIL_HOST="mail.example:587",
        MAIL_USER="shop",
        MAIL_REPLY_TO="nobody",
        MAIL_OPERATOR="ops@",
        MAIL_SHOP_NAME="a\tb",
        MAIL_TIMEZONE="Mars/Olympus",
    )
    assert found == [
        "MAIL_REPLY_TO must be an e-mail address such as help@example.org, not nobody",
        "MAIL_OPERATOR must be an e-mail address such as help@example.org, not ops@",
        "MAIL_SHOP_NAME must not hold line breaks or control characters",
        "MAIL_TIMEZONE must be a time zone of IANA such as Europe/Vienna, not Mars/Olympus",
        "MAIL_FROM_ADDRESS must be given to send mail",
        "MAIL_HOST must be a name or an address alone (the port is MAIL_PORT), not mail.example:587",
        "MAIL_USER and MAIL_PASSWORD must be given together, or neither",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"MAIL_ORDER_CONFIRMATIONS": "true"}, "MAIL_ORDER_CONFIRMATIONS needs a way to send"),
        ({"MAIL_TRANSPORT": "folder"}, "MAIL_FROM_ADDRESS must be given to send mail"),
        ({"MAIL_TRANSPORT": "smtp", "MAIL_FROM_ADDRESS": "a@b.example"}, "MAIL_HOST must be given"),
        ({"MAIL_FROM_ADDRESS": "žofie@shop.example"}, "MAIL_FROM_ADDRESS must be an e-mail address of at most 120"),
        ({"MAIL_FROM_ADDRESS": "orders"}, "MAIL_FROM_ADDRESS must be an e-mail address"),
        ({**SOUND, "MAIL_HOST": "-x"}, "MAIL_HOST must be a name"),
        ({**SOUND, "MAIL_PORT": "65536"}, "MAIL_PORT must be a whole number"),
        ({**SOUND, "MAIL_SECURITY": "ssl"}, "MAIL_SECURITY must be one of: starttls, tls, none"),
        (
            {**SOUND, "MAIL_SECURITY": "none", "APP_ENV": "production"},
            "MAIL_SECURITY must be starttls or tls in production: the password and all messages would cross",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_together(tmp_path: Path, given: dict[str, str], told: str) -> None:
    (found,) = problems(tmp_path, **given)
    assert found.startswith(told)
    assert "correct horse" not in found


def test_a_warehouse_takes_no_orders_that_could_be_confirmed(tmp_path: Path) -> None:
    snowflake = {"STORAGE": "snowflake", "SNOWFLAKE_ACCOUNT": "a", "SNOWFLAKE_USER": "b", "SNOWFLAKE_PASSWORD": "c"}
    (found,) = problems(tmp_path, **SOUND, **snowflake)
    assert found == "MAIL_ORDER_CONFIRMATIONS needs a store that takes orders, not STORAGE=snowflake"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_server_on_this_machine_needs_no_tls(tmp_path: Path, host: str) -> None:
    loaded = load({**SOUND, "MAIL_HOST": host, "MAIL_SECURITY": "none", "APP_ENV": "production"}, tmp_path)
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"MAIL_HOST": "mail.example", "MAIL_USER": "shop"},
            "MAIL_HOST, MAIL_USER are not used: MAIL_TRANSPORT is off",
        ),
        ({"MAIL_OPERATOR": "ops@shop.example"}, "MAIL_OPERATOR is told nothing: MAIL_TRANSPORT is off"),
        ({"MAIL_HOST": "mail.example"}, "MAIL_HOST is not used: MAIL_TRANSPORT is off"),
        ({**SOUND, "MAIL_SECURITY": "none"}, "MAIL_PASSWORD crosses the network in plain text: MAIL_SECURITY is none"),
    ],
)
def test_what_looks_odd(tmp_path: Path, given: dict[str, str], told: str) -> None:
    assert load(given, tmp_path).warnings == (told,)

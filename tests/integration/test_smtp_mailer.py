"""What only a mail server can do: refuse, fall silent, ask for TLS and a password."""

import asyncio
import ssl
from typing import Any

import pytest

from application.errors import Unavailable
from application.ports.mailer import MailRefused
from tests.support.certificates import localhost_contexts
from tests.support.mailers import a_box, a_mail, mailer_to
from tests.support.smtp_server import DROP, SILENCE, SmtpServer, smtp_server

ADDRESS = "ada@example.org"


@pytest.fixture(scope="session")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return localhost_contexts(tmp_path_factory.mktemp("certificates"))


async def refusal(server: SmtpServer, **given: Any) -> MailRefused | Unavailable:
    """The error that a sending ends with."""
    async with smtp_server(server):
        with pytest.raises((MailRefused, Unavailable)) as caught:
            await mailer_to(server, **given).send(a_mail())
    error = caught.value
    assert isinstance(error, MailRefused | Unavailable)
    assert ADDRESS not in str(error)
    assert "example.org" not in str(error)
    return error


async def test_the_envelope_is_that_of_the_message() -> None:
    async with smtp_server() as server:
        await mailer_to(server).send(a_mail())
    (taken,) = server.taken
    assert (taken.sender, taken.recipient, taken.encrypted, taken.user) == ("orders@shop.example", ADDRESS, False, None)
    assert server.lines[-1] == "QUIT"


@pytest.mark.parametrize("step", ["RCPT", "DATA", "END"])
@pytest.mark.parametrize("code", ["550 5.1.1", "552 5.2.2", "554", "571 5.7.1"])
async def test_a_refusal_for_good_is_never_tried_again(step: str, code: str) -> None:
    error = await refusal(SmtpServer(answers={step: f"{code} <{ADDRESS}> no thanks"}))
    assert isinstance(error, MailRefused)
    assert error.detail.endswith(f": {code}")


@pytest.mark.parametrize("step", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("code", ["421 4.3.2", "450 4.2.1", "451", "452 4.2.2"])
async def test_a_refusal_for_now_heals(step: str, code: str) -> None:
    error = await refusal(SmtpServer(answers={step: f"{code} <{ADDRESS}> later", "HELO": f"{code} later"}))
    assert isinstance(error, Unavailable)
    assert code in error.detail
    assert error.retry_after == 60


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("connect", "554 5.3.2 nobody home"),
        ("MAIL", "550 5.7.1 that is not your address"),
        ("MAIL", "530 5.7.0 log in first"),
        ("RCPT", "530 5.7.0 log in first"),
    ],
)
async def test_what_is_refused_of_the_shop_heals_when_a_setting_is_put_right(step: str, answer: str) -> None:
    assert isinstance(await refusal(SmtpServer(answers={step: answer})), Unavailable)


async def test_a_message_that_is_too_large_is_refused_for_good() -> None:
    assert isinstance(await refusal(SmtpServer(answers={"MAIL": "552 5.3.4 too large"})), MailRefused)


@pytest.mark.parametrize("step", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_connection_that_breaks_off_heals(step: str) -> None:
    error = await refusal(SmtpServer(answers={step: DROP}))
    assert isinstance(error, Unavailable)
    assert "broke the connection off" in error.detail or "cannot be reached" in error.detail


@pytest.mark.parametrize("step", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_server_that_falls_silent_is_given_up(step: str) -> None:
    error = await refusal(SmtpServer(answers={step: SILENCE}), timeout=0.3)
    assert isinstance(error, Unavailable)
    assert "within 0.3 seconds" in error.detail


@pytest.mark.parametrize("answer", [DROP, "421 4.0.0 bye", "500 what"])
async def test_what_was_taken_is_sent_whatever_becomes_of_the_goodbye(answer: str) -> None:
    async with smtp_server(SmtpServer(answers={"QUIT": answer})) as server:
        await mailer_to(server).send(a_mail())
    assert len(server.taken) == 1


async def test_nobody_listens() -> None:
    async with smtp_server() as server:
        pass
    with pytest.raises(Unavailable, match=r"the mail server 127\.0\.0\.1:\d+ cannot be reached \(Connection refused\)"):
        await mailer_to(server).send(a_mail())


async def test_a_cancelled_sending_ends_at_once() -> None:
    async with smtp_server(SmtpServer(answers={"END": SILENCE})) as server:
        sending = asyncio.create_task(mailer_to(server, timeout=30).send(a_mail()))
        await server.silent.wait()
        sending.cancel()
        async with asyncio.timeout(2):
            with pytest.raises(asyncio.CancelledError):
                await sending


async def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it() -> None:
    async with smtp_server(SmtpServer(extensions=("SMTPUTF8",))) as server:
        await mailer_to(server).send(a_mail(to=a_box("žofie@example.org")))
        await mailer_to(server).send(a_mail(to=a_box("ada@bücher.example")))
    assert [(one.recipient, "SMTPUTF8" in one.options) for one in server.taken] == [
        ("žofie@example.org", True),
        ("ada@xn--bcher-kva.example", False),
    ]
    async with smtp_server(SmtpServer(extensions=())) as server:
        await mailer_to(server).send(a_mail(to=a_box("ada@bücher.example")))
        with pytest.raises(MailRefused, match="SMTPUTF8"):
            await mailer_to(server).send(a_mail(to=a_box("žofie@example.org")))
    assert len(server.taken) == 1


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_the_password_is_told_in_secret_only(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: str, implicit: bool
) -> None:
    serving, trusting = contexts
    users = {"shop": "correct horse"}
    async with smtp_server(SmtpServer(tls_context=serving, implicit_tls=implicit, users=users)) as server:
        given: dict[str, Any] = {"security": security, "tls_context": trusting, "user": "shop"}
        await mailer_to(server, password="correct horse", **given).send(a_mail())
        with pytest.raises(Unavailable, match=r"answered 535 5\.7\.8$"):
            await mailer_to(server, password="battery staple", **given).send(a_mail())
    (taken,) = server.taken
    assert (taken.encrypted, taken.user) == (True, "shop")


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_a_certificate_that_nobody_vouches_for_ends_the_sending(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: str, implicit: bool
) -> None:
    server = SmtpServer(tls_context=contexts[0], implicit_tls=implicit, users={"shop": "x"})
    error = await refusal(server, security=security, user="shop", password="x")
    assert isinstance(error, Unavailable)
    assert "CERTIFICATE_VERIFY_FAILED" in error.detail
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.lines)


async def test_a_server_without_tls_is_told_nothing(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server = SmtpServer(users={"shop": "x"})
    error = await refusal(server, security="starttls", tls_context=contexts[1], user="shop", password="x")
    assert isinstance(error, Unavailable)
    assert "STARTTLS" in error.detail
    assert [line.split()[0] for line in server.lines] == ["EHLO"]


async def test_a_message_of_lines_that_begin_with_dots_arrives_whole() -> None:
    async with smtp_server() as server:
        await mailer_to(server).send(a_mail(text=".\n..\n.MAIL FROM:<eve@example.org>\n"))
    (taken,) = server.taken
    assert b"\r\n.\r\n..\r\n.MAIL FROM:<eve@example.org>\r\n" in taken.content

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.email_address import EmailAddress
from domain.shared.errors import Invalid


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("  Ada@Example.ORG ", "ada@example.org"),
        ("o'neill+books@mail.example.co.uk", "o'neill+books@mail.example.co.uk"),
        ("Zoe\u0308@example.org", "zoë@example.org"),
        ("ΟΔΥΣΣΕΑΣ@παράδειγμα.ελ", "οδυσσεας@παράδειγμα.ελ"),
        ("अजय@डाटा.भारत", "अजय@डाटा.भारत"),
        ("a_b@x-y.org", "a_b@x-y.org"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
        ("a@" + ".".join(["b" * 62] * 4), "a@" + ".".join(["b" * 62] * 4)),
    ],
)
def test_one_mailbox_is_one_key(text: str, value: str) -> None:
    assert EmailAddress.parse(text).value == value
    assert str(EmailAddress.parse(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada@example..org",
        "ada@.example.org",
        "ada@example.org.",
        "ada@-example.org",
        "ada@example-.org",
        "ada@exa_mple.org",
        ".ada@example.org",
        "ada.@example.org",
        "a..da@example.org",
        "ada lovelace@example.org",
        "Ada <ada@example.org>",
        "ada@example.org, bob@example.org",
        "ada@exam ple.org",
        "ada@example.org\nBcc: all@example.org",
        "a\x00da@example.org",
        "ada@@example.org",
        f"{'a' * 65}@example.org",
        "a@" + ".".join(["b" * 63] * 4),
        f"a@{'b' * 64}.org",
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        EmailAddress.parse(text)
    assert [problem.code for problem in caught.value.problems] == ["invalid-email"]


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8), st.sampled_from(["org", "ελ", "STRASSE"]))
def test_what_was_normalised_stays_as_it_is(local: str, host: str, top: str) -> None:
    try:
        once = EmailAddress.parse(f"{local}@{host}.{top}")
    except Invalid:
        return
    assert EmailAddress.parse(once.value) == once
    assert EmailAddress.parse(f" {once.value} ") == once
    assert once.value.isprintable()

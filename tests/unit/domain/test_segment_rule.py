from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.consent import ConsentState
from domain.customers.customer import CustomerStatus
from domain.customers.segment_parser import MAX_CONDITIONS, MAX_DEPTH, RULE_LENGTH, parse_rule
from domain.customers.segment_rule import And, Compare, CustomerFacts, Fact, Has, Not, Op, Or, Rule, matches, rule_text
from domain.shared.errors import Invalid
from tests.support.builders import MORNING, a_customer
from tests.support.rules import rules

SIGNS = ["and", "or", "not", "has", "active", "EUR", "eur", '"x"', '"', "(", ")", "[", "]", ".", "1", "-1.5", "\x00"]
DAYS = ["2026-01-31", "2026-02-30", "2026-01-31T12:00:00Z", "9999-12-31T23:59:59-23:59", "1900-01-01T00:00+14:00"]
WORDS = st.sampled_from([*Fact, *Op, *SIGNS, *DAYS])


def said(text: str) -> str:
    with pytest.raises(Invalid) as caught:
        parse_rule(text)
    (problem,) = caught.value.problems
    assert (problem.pointer, problem.code) == ("", "segment-rule")
    return problem.message


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("status = active", Compare(Fact.STATUS, Op.EQ, CustomerStatus.ACTIVE)),
        ('tag!="a b"', Compare(Fact.TAG, Op.NE, "a b")),
        (r'metadata.shelf = "a\"b\\c"', Compare(Fact.METADATA, Op.EQ, 'a"b\\c', "shelf")),
        ('metadata . "my shelf" = "A3"', Compare(Fact.METADATA, Op.EQ, "A3", "my shelf")),
        ("consent.mail-order = given", Compare(Fact.CONSENT, Op.EQ, ConsentState.GIVEN, "mail-order")),
        ('consent."3d" != withdrawn', Compare(Fact.CONSENT, Op.NE, ConsentState.WITHDRAWN, "3d")),
        ('metadata.a-b = "x"', Compare(Fact.METADATA, Op.EQ, "x", "a-b")),
        ("orders >= 3", Compare(Fact.ORDERS, Op.GE, 3)),
        ("spent[EUR] > -100.50", Compare(Fact.SPENT, Op.GT, Decimal("-100.5"), "EUR")),
        ("last_order_at < 2026-01-31", Compare(Fact.LAST_ORDER_AT, Op.LT, date(2026, 1, 31))),
        (
            "created_at <= 2026-01-31T12:00:00+02:00",
            Compare(Fact.CREATED_AT, Op.LE, datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ),
        ("has reference", Has(Fact.REFERENCE)),
        ("HAS metadata.and", Has(Fact.METADATA, "and")),
        ("NOT has name", Not(Has(Fact.NAME))),
        ("((has name))", Has(Fact.NAME)),
        ("has name and has email or has phone", Or((And((Has(Fact.NAME), Has(Fact.EMAIL))), Has(Fact.PHONE)))),
        ("has name and (has email or has phone)", And((Has(Fact.NAME), Or((Has(Fact.EMAIL), Has(Fact.PHONE)))))),
        ("has name and has email and has tag", And((Has(Fact.NAME), Has(Fact.EMAIL), Has(Fact.TAG)))),
        ("not has name and has email", And((Not(Has(Fact.NAME)), Has(Fact.EMAIL)))),
    ],
)
def test_a_text_means_a_rule(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule
    assert parse_rule(f"\n {text}\t") == rule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "character 1: expected not, has, '(', or one of: status,"),
        ("   ", "character 4: expected not"),
        ("status", "character 7: expected =, one of: = !=, found the end"),
        ("status > active", "character 8: expected =, one of: = !=, found '>'"),
        ("status = ", "character 10: expected one of: active, inactive, found the end"),
        ("status = lost", "character 10: expected one of: active, inactive, found 'lost'"),
        ("status = active status = inactive", "character 17: expected and, or, or the end, found 'status'"),
        ("name = x", "character 1: expected 'has name', which is all that can be asked about it, found 'name'"),
        ("has orders", "character 5: expected one of: tag, metadata, name, email, phone, reference, found 'orders'"),
        ("Status = active", "character 1: expected not"),
        ('tag = "x', 'character 7: expected a text between " and "'),
        ('tag = "x\\n"', 'character 7: expected a text between " and "'),
        ('tag = ""', "character 7: expected a text in quotes"),
        (f'tag = "{"x" * 51}"', "character 7: expected a text in quotes"),
        ('tag = "\x07"', "character 7: expected a text in quotes"),
        ("metadata = 1", "character 10: expected '.', found '='"),
        ('metadata."" = "x"', "character 10: expected a key"),
        (f'metadata.{"x" * 41} = "x"', "character 10: expected a key"),
        ("consent.newsletter = yes", "character 22: expected one of: given, withdrawn, found 'yes'"),
        ("consent.Newsletter = given", "character 9: expected a purpose such as newsletter"),
        ('consent."a b" = given', "character 9: expected a purpose such as newsletter"),
        ("has consent.newsletter", "character 5: expected one of: tag,"),
        ("orders >= 1.5", "character 11: expected a whole number from 0 to 999999999, found '1.5'"),
        ("orders >= 1000000000", "character 11: expected a whole number"),
        ("orders >= 12345678901234567890123456789", "character 11: expected a whole number"),
        ("spent > 1", "character 7: expected '[', found '>'"),
        ("spent[EURO] > 1", "character 7: expected a currency such as EUR"),
        ("spent[EUR] > 1.00001", "character 14: expected an amount such as 100 or 99.50: must have at most 4"),
        ("spent[EUR] > 10000000000001", "character 14: expected an amount"),
        ("created_at > 2026-02-30", "character 14: expected a day such as"),
        ("created_at > 1899-12-31", "character 14: expected a day such as"),
        ("created_at > 9999-01-01", "character 14: expected a day such as"),
        ("created_at > 2026-01-31T12:00:00", "character 14: expected a day such as"),
        ("created_at > 1900-01-01T00:00+14:00", "character 14: expected a day such as"),
        ("(has name", "character 10: expected ')', found the end"),
        ("has name)", "character 9: expected and, or, or the end, found ')'"),
        ("has name # all", "character 10: expected a word, a value or a sign of the language, found '#'"),
        ("has name and", "character 13: expected not"),
        ("has \ud800", "character 5: expected a word"),
    ],
)
def test_what_is_no_rule_is_told_where(text: str, message: str) -> None:
    assert said(text).startswith(message)


def test_a_rule_is_no_longer_deeper_or_wider_than_it_may_be() -> None:
    assert parse_rule(" and ".join(["has name"] * MAX_CONDITIONS)) == And((Has(Fact.NAME),) * MAX_CONDITIONS)
    assert f"at most {MAX_CONDITIONS}" in said(" or ".join(["has tag"] * (MAX_CONDITIONS + 1)))
    assert isinstance(parse_rule("not " * MAX_DEPTH + "has name"), Not)
    assert f"at most {MAX_DEPTH}" in said("not " * (MAX_DEPTH + 1) + "has name")
    assert f"at most {MAX_DEPTH}" in said("(" * (RULE_LENGTH - 8) + "has name")
    with pytest.raises(Invalid) as caught:
        parse_rule(" " * (RULE_LENGTH + 1))
    assert caught.value.problems[0].code == "too-long"


@given(rules)
def test_reading_what_was_written_gives_the_same_rule(rule: Rule) -> None:
    assert parse_rule(rule_text(rule)) == rule


@given(st.text() | st.lists(WORDS).map(" ".join) | st.lists(WORDS).map("".join))
def test_any_text_is_a_rule_or_told_where_it_is_none(text: str) -> None:
    try:
        rule = parse_rule(text)
    except Invalid as error:
        (problem,) = error.problems
        place = int(problem.message.removeprefix("character ").partition(":")[0])
        assert 1 <= place <= len(text) + 1
    else:
        assert parse_rule(rule_text(rule)) == rule


SHOPPER = CustomerFacts(
    customer=a_customer(tags=["vip", "b"], metadata={"shelf": "A3"}, email="ada@example.org", at=MORNING),
    orders=2,
    returns=1,
    first_order_at=datetime(2026, 3, 1, 0, 0, tzinfo=UTC),
    last_order_at=datetime(2026, 3, 4, 23, 59, 59, 999_999, tzinfo=UTC),
    spent={"EUR": Decimal("9.99"), "JPY": Decimal(-5)},
    consents={"newsletter": ConsentState.GIVEN},
)
NEW = CustomerFacts(customer=a_customer())


@pytest.mark.parametrize(
    ("text", "shopper", "new"),
    [
        ("status = active", True, True),
        ("status != active", False, False),
        ('tag = "vip"', True, False),
        ('tag != "vip"', False, True),
        ('tag = "VIP"', False, False),
        ("has tag", True, False),
        ('metadata.shelf = "A3"', True, False),
        ('metadata.shelf != "A3"', False, True),
        ("has metadata.shelf", True, False),
        ("has email and has name and not has phone", True, False),
        ("consent.newsletter = given", True, False),
        ("consent.newsletter = withdrawn", False, False),
        ("consent.newsletter != given", False, True),
        ("orders >= 2", True, False),
        ("orders < 1", False, True),
        ("returns = 1", True, False),
        ("spent[EUR] > 9.9899", True, False),
        ("spent[EUR] > 9.99", False, False),
        ("spent[JPY] < 0", True, False),
        ("spent[GBP] = 0", True, True),
        ("first_order_at = 2026-03-01", True, False),
        ("first_order_at >= 2026-03-01", True, False),
        ("first_order_at > 2026-02-28", True, False),
        ("first_order_at < 2026-03-01", False, False),
        ("not first_order_at < 2026-03-01", True, True),
        ("first_order_at != 2026-03-02", True, True),
        ("last_order_at = 2026-03-04", True, False),
        ("last_order_at <= 2026-03-04", True, False),
        ("last_order_at > 2026-03-04", False, False),
        ("last_order_at < 2026-03-05T00:00:00Z", True, False),
        ("last_order_at = 2026-03-04T23:59:59.999999Z", True, False),
        ("created_at = 2026-03-01 and updated_at <= 2026-03-01", True, True),
        ("has email or orders = 0", True, True),
    ],
)
def test_a_rule_says_who_belongs(text: str, shopper: bool, new: bool) -> None:
    rule = parse_rule(text)
    assert (matches(rule, SHOPPER), matches(rule, NEW)) == (shopper, new)


@given(rules, rules, st.sampled_from([SHOPPER, NEW]))
def test_logic_has_two_values(one: Rule, other: Rule, facts: Any) -> None:
    assert matches(Not(one), facts) is not matches(one, facts)
    both, any_ = matches(And((one, other)), facts), matches(Or((one, other)), facts)
    assert matches(Not(And((Not(one), Not(other)))), facts) is any_
    assert both <= any_

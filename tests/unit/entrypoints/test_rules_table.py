"""What a person at the terminal sees of basket rules and of a comparison."""

import pytest

from application.analytics.reports import REPORTS
from domain.analytics.history import PurchaseHistory
from entrypoints.cli.analytics import _show
from tests.support.builders import a_book, a_line, an_order
from tests.support.definition import Definition, analytics

EMMA, ZADIG = a_book(title="Emma"), a_book(title="Zadig")
SHOP = PurchaseHistory(
    books=[EMMA, ZADIG],
    orders=[an_order(a_line(1, book=EMMA), a_line(2, book=ZADIG), a_line(3, sku="MUG")) for _ in range(2)],
)


def rows(text: str) -> list[list[str]]:
    """The cells of each line; columns are two blanks apart."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines() if line]


async def test_rules_are_shown_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [("min_confidence", "1"), ("limit", "3")]
    _show(REPORTS["basket-rules"], await analytics(Definition(SHOP)).ask("basket-rules", asked), "table")
    head, first, _, third = rows(capsys.readouterr().out)
    assert head == ["rank", "antecedent", "consequent", "n_ac", "support", "confidence", "lift"]
    assert first == ["1", "Emma", "Zadig", "2", "1.0", "1.0", "1.0"]
    assert third == ["3", "Emma + Zadig", "MUG", "2", "1.0", "1.0", "1.0"]


async def test_a_comparison_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [("from", "2026-03-01"), ("as_of", "2026-03-31")]
    _show(REPORTS["comparison"], await analytics(Definition(SHOP)).ask("comparison", asked), "table")
    shown = rows(capsys.readouterr().out)
    assert ["period.start", "2026-03-01"] in shown
    assert ["before.end", "2026-02-28"] in shown
    assert ["revenue", "amount", "60.00", "0.00", "60.00"] in shown
    assert ["1", EMMA.details.isbn.value, "Emma", "20.00", "0.00", "20.00"] in shown

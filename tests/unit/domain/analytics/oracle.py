"""The facts once more, written otherwise: flat rows and scans, no classes of the domain's analytics."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import quantiles
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.analytics.history import PurchaseHistory
from domain.analytics.scope import Scope


class Sale(NamedTuple):
    """A line that was bought (sign 1) or came back (sign -1)."""

    sign: int
    order: UUID | None
    customer: UUID | None
    day: date
    sku: str
    book: UUID | None
    description: str | None
    units: int
    amount: Fraction


def rows(history: PurchaseHistory, scope: Scope, *, ever: bool = False) -> list[Sale]:
    found: list[Sale] = []
    for order in history.orders:
        if order.status.value == "placed":
            for line in order.lines:
                amount = Fraction(line.unit_price) * line.quantity - Fraction(line.discount)
                day = local(order.placed_at, scope.tz)
                row = Sale(
                    1, order.id, order.customer_id, day, line.sku, line.book_id, line.description, line.quantity, amount
                )
                found += [row] if fits(scope, order.currency, line.unit_price, row, ever) else []
    for came in history.returns:
        for back in came.lines:
            day = local(came.returned_at, scope.tz)
            row = Sale(
                -1,
                None,
                came.customer_id,
                day,
                back.sku,
                back.book_id,
                back.description,
                -back.quantity,
                -Fraction(back.amount),
            )
            wanted = scope.returns.value == "net" and fits(scope, came.currency, back.unit_price, row, ever)
            found += [row] if wanted else []
    return found


def fits(scope: Scope, currency: str, price: Decimal, row: Sale, ever: bool) -> bool:
    late = row.day >= scope.as_of
    early = scope.from_ is not None and row.day < scope.from_ and not ever
    unpaid = scope.lines.value == "paid" and price == 0
    unknown = scope.customers.value == "known" and row.customer is None
    return currency == scope.currency and not (late or early or unpaid or unknown)


def local(moment: datetime, tz: str) -> date:
    shifted = moment.astimezone(ZoneInfo(tz))
    return date(shifted.year, shifted.month, shifted.day)


def bucket(day: date, period: str) -> date:
    if period == "month":
        return date(day.year, day.month, 1)
    if period == "week":
        while day.strftime("%a") != "Mon":
            day -= timedelta(days=1)
    return day


def summary(history: PurchaseHistory, scope: Scope) -> tuple[Any, ...]:
    all_rows = rows(history, scope)
    bought = [row for row in all_rows if row.sign == 1]
    return (
        len({row.customer for row in bought if row.customer}),
        len({row.order for row in bought}),
        len({row.order for row in bought if not row.customer}),
        len({(row.order, row.sku) for row in bought}),
        len({row.sku for row in bought}),
        sum(row.units for row in all_rows),
        sum(row.amount for row in all_rows),
        -sum(row.units for row in all_rows if row.sign == -1),
        -sum(row.amount for row in all_rows if row.sign == -1),
    )


def revenue(history: PurchaseHistory, scope: Scope, period: str) -> list[tuple[Any, ...]]:
    all_rows = rows(history, scope)
    ever = [row for row in rows(history, scope, ever=True) if row.sign == 1 and row.customer]
    firsts = {one.customer: min(row.day for row in ever if row.customer == one.customer) for one in ever}
    counted = [day for day in firsts.values() if scope.from_ is None or day >= scope.from_]
    found = []
    for start in sorted({bucket(row.day, period) for row in all_rows}):
        inside = [row for row in all_rows if bucket(row.day, period) == start]
        bought = [row for row in inside if row.sign == 1]
        found.append(
            (
                start,
                len({row.order for row in bought}),
                sum(row.units for row in inside),
                sum(row.amount for row in inside),
                len({row.customer for row in bought if row.customer}),
                sum(bucket(day, period) == start for day in counted),
            )
        )
    return found


def keys(history: PurchaseHistory, row: Sale, by: str) -> set[str]:
    if by == "product":
        return {row.sku}
    linked = [book.details for book in history.books if book.id == row.book]
    return {name for book in linked for name in ([book.author] if by == "author" else book.categories)}


def products(history: PurchaseHistory, scope: Scope, by: str) -> dict[str, tuple[Any, ...]]:
    all_rows = rows(history, scope)
    found = {}
    for key in {key for row in all_rows for key in keys(history, row, by)}:
        own = [row for row in all_rows if key in keys(history, row, by)]
        bought = [row for row in own if row.sign == 1]
        found[key] = (
            sum(row.amount for row in own),
            sum(row.units for row in own),
            len({row.order for row in bought}),
            len({row.customer for row in bought if row.customer}),
        )
    return found


def buyers(history: PurchaseHistory, scope: Scope) -> list[tuple[str, str, date, int, Fraction]]:
    all_rows = [row for row in rows(history, scope) if row.customer]
    found = []
    for customer in history.customers:
        own = [row for row in all_rows if row.customer == customer.id]
        bought = [row for row in own if row.sign == 1]
        if bought:
            key = str(customer.id) if customer.details.reference is None else customer.details.reference
            orders = len({row.order for row in bought})
            found.append(
                (
                    key,
                    str(customer.id),
                    max(row.day for row in bought),
                    orders,
                    sum((row.amount for row in own), Fraction(0)),
                )
            )
    return sorted(found, key=lambda one: (one[0].encode(), one[1]))


def by_quantile(values: Sequence[Fraction], *, reverse: bool) -> list[int]:
    """1 and one more for each cut below; what is better when it is less, turned round."""
    cuts = quantiles(values, n=5, method="inclusive") if len(values) > 1 else list(values) * 4
    scores = [1 + sum(cut < value for cut in cuts) for value in values]
    return [6 - score for score in scores] if reverse else scores


def by_rank(values: Sequence[Fraction], *, reverse: bool) -> list[int]:
    """The rank, worst first, in fifths."""
    worse: Callable[[Fraction, Fraction], bool] = (lambda a, b: a > b) if reverse else (lambda a, b: a < b)
    ranks = [1 + sum(worse(other, value) for other in values) for value in values]
    return [min(5, 1 + 5 * (rank - 1) // len(values)) for rank in ranks]


def by_ntile(values: Sequence[Fraction], *, reverse: bool) -> list[int]:
    """Dealt into five groups in the order of the values, the remainder to the first ones; `values` are in key order."""
    order = sorted(enumerate(values), key=lambda one: (-one[1] if reverse else one[1], one[0]))
    sizes = [len(values) // 5 + (group < len(values) % 5) for group in range(5)]
    groups = [group for group, size in enumerate(sizes, 1) for _ in range(size)]
    scores = dict(zip((place for place, _ in order), groups, strict=True))
    return [scores[place] for place in range(len(values))]


def scores(found: Iterable[tuple[str, str, date, int, Fraction]], as_of: date, method: str) -> list[tuple[int, ...]]:
    rule = {"quantile": by_quantile, "rank": by_rank, "ntile": by_ntile}[method]
    known = list(found)
    if not known:
        return []
    r = rule([Fraction((as_of - day).days) for _, _, day, _, _ in known], reverse=True)
    f = rule([Fraction(orders) for *_, orders, _ in known], reverse=False)
    m = rule([amount for *_, amount in known], reverse=False)
    return list(zip(r, f, m, strict=True))


def days_of_customers(history: PurchaseHistory, scope: Scope) -> dict[UUID, list[date]]:
    """The days on which each customer bought, ascending."""
    bought = {(row.customer, row.day) for row in rows(history, scope) if row.sign == 1}
    customers = {customer for customer, _ in bought if customer is not None}
    return {each: sorted(day for customer, day in bought if customer == each) for each in customers}


def cohorts(history: PurchaseHistory, scope: Scope, period: str) -> list[tuple[Any, ...]]:
    """Cohort by cohort and period by period, each counted from all rows again."""
    ever = [row for row in rows(history, scope, ever=True) if row.sign == 1 and row.customer]
    firsts = {row.customer: min(one.day for one in ever if one.customer == row.customer) for row in ever}
    lasts = {row.customer: max(one.day for one in ever if one.customer == row.customer) for row in ever}
    cohort = {
        customer: bucket(day, period) for customer, day in firsts.items() if scope.from_ is None or day >= scope.from_
    }
    own = [row for row in rows(history, scope) if row.customer in cohort]
    found = []
    for start, later in sorted({(cohort[row.customer], bucket(row.day, period)) for row in own}):
        inside = [row for row in own if cohort[row.customer] == start and bucket(row.day, period) == later]
        bought = [row for row in inside if row.sign == 1]
        last = {row.customer for row in bought if bucket(lasts[row.customer], period) == later}
        buyers, orders = {row.customer for row in bought}, {row.order for row in bought}
        found.append((start, later, len(buyers), len(last), len(orders), sum(row.amount for row in inside)))
    return found


def held(history: PurchaseHistory, scope: Scope, unit: str, by: str) -> dict[UUID, set[str]]:
    """What each order, or each customer, bought."""
    bought = [row for row in rows(history, scope) if row.sign == 1]
    owners = {(row.order if unit == "basket" else row.customer) for row in bought} - {None}
    return {
        owner: {key for row in bought if owner in (row.order, row.customer) for key in keys(history, row, by)}
        for owner in owners
        if owner is not None
    }

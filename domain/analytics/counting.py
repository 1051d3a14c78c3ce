"""The facts of a history, counted: what every store must answer, written to be read and not to be fast."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.analytics.facts import (
    BuyerFacts,
    By,
    CellFacts,
    Cuts,
    Dimension,
    EarnerFacts,
    Metric,
    Ntile,
    ParetoFacts,
    PeriodFacts,
    ProductFacts,
    ProductTotals,
    RfmHistograms,
    ScoredBuyer,
    Scoring,
    SummaryFacts,
)
from domain.analytics.history import Purchase, PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.quotients import exact_sum
from domain.analytics.scope import Scope
from domain.orders.order import OrderLine
from domain.orders.returns import ReturnLine
from domain.shared.money import EXACT

Line = OrderLine | ReturnLine


def count_summary(history: PurchaseHistory, scope: Scope) -> SummaryFacts:
    """The whole scope in a few numbers."""
    purchases = list(history.purchases(scope))
    sold = [line for one in purchases for line in one.lines]
    returned = [line for one in history.came_back(scope) for line in one.lines]
    return SummaryFacts(
        customers=len({one.order.customer_id for one in purchases} - {None}),
        orders=len(purchases),
        orders_without_customer=sum(one.order.customer_id is None for one in purchases),
        basket_items=sum(len({line.sku for line in one.lines}) for one in purchases),
        products=len({line.sku for line in sold}),
        units=_units(sold) - _units(returned),
        revenue=_revenue(sold, returned),
        returned_units=_units(returned),
        returned_revenue=_revenue(returned),
    )


def count_revenue(history: PurchaseHistory, scope: Scope, period: Period) -> list[PeriodFacts]:
    """The periods in which something was bought or came back, in their order."""
    bought: defaultdict[date, list[Purchase]] = defaultdict(list)
    for purchase in history.purchases(scope):
        bought[period.start(purchase.day)].append(purchase)
    returned: defaultdict[date, list[Line]] = defaultdict(list)
    for one in history.came_back(scope):
        returned[period.start(one.day)].extend(one.lines)
    new = Counter(period.start(day) for day in first_days(history, scope).values() if scope.holds(day))
    facts = []
    for start in sorted(bought.keys() | returned.keys()):
        sold = [line for purchase in bought[start] for line in purchase.lines]
        facts.append(
            PeriodFacts(
                start=start,
                orders=len(bought[start]),
                units=_units(sold) - _units(returned[start]),
                revenue=_revenue(sold, returned[start]),
                customers=len({purchase.order.customer_id for purchase in bought[start]} - {None}),
                new_customers=new[start],
            )
        )
    return facts


def first_days(history: PurchaseHistory, scope: Scope) -> dict[UUID, date]:
    """The day of each known customer's first purchase ever."""
    days: dict[UUID, date] = {}
    for purchase in history.purchases_ever(scope):
        buyer = purchase.order.customer_id
        if buyer is not None:
            days[buyer] = min(purchase.day, days.get(buyer, purchase.day))
    return days


def count_products(history: PurchaseHistory, scope: Scope, by: By, metric: Metric, limit: int) -> ProductTotals:
    """The first `limit` products, authors or categories by the metric, descending, then by key."""
    purchases = list(history.purchases(scope))
    rows = sold_by(history, scope, by)
    products = rows if by is By.PRODUCT else sold_by(history, scope, By.PRODUCT)
    return ProductTotals(
        top=sorted(rows, key=lambda row: (-row.value(metric), row.key))[:limit],
        count=len(rows),
        positive_revenue=exact_sum(row.revenue for row in products if row.revenue > 0),
        positive_units=sum(row.units for row in products if row.units > 0),
        orders=len(purchases),
        customers=len({one.order.customer_id for one in purchases} - {None}),
        unattributed_lines=_unattributed(history, scope, by),
    )


def list_favourites(
    history: PurchaseHistory, scope: Scope, customer_id: UUID, by: By, limit: int
) -> list[ProductFacts]:
    """The first `limit` that one customer bought, by orders, descending, then by key."""
    own = replace(
        history,
        orders=[order for order in history.orders if order.customer_id == customer_id],
        returns=[one for one in history.returns if one.customer_id == customer_id],
    )
    bought = [row for row in sold_by(own, scope, by) if row.orders]
    return sorted(bought, key=lambda row: (-row.orders, row.key))[:limit]


def count_pareto(history: PurchaseHistory, scope: Scope, dimension: Dimension, limit: int) -> ParetoFacts:
    """How revenue is spread over products, authors, categories or customers, and the first `limit` of them."""
    if dimension is Dimension.CUSTOMER:
        earners = [
            EarnerFacts(key=buyer.key, id=buyer.id, name=None, revenue=buyer.revenue)
            for buyer in list_buyers(history, scope)
        ]
        unattributed = sum(len(one.lines) for one in history.purchases(scope) if one.order.customer_id is None)
    else:
        by = By(dimension)
        earners = [
            EarnerFacts(key=row.key, id=None, name=row.name, revenue=row.revenue) for row in sold_by(history, scope, by)
        ]
        unattributed = _unattributed(history, scope, by)
    return ParetoFacts(
        amounts=sorted(Counter(one.revenue for one in earners).items()),
        top=sorted(earners, key=lambda one: (-one.revenue, one.key, str(one.id)))[:limit],
        unattributed_lines=unattributed,
    )


def _unattributed(history: PurchaseHistory, scope: Scope, by: By) -> int:
    return sum(not keys_of(history, line, by) for one in history.purchases(scope) for line in one.lines)


def sold_by(history: PurchaseHistory, scope: Scope, by: By) -> list[ProductFacts]:
    """Every product, author or category that was sold or came back, in no order."""
    sold: defaultdict[str, list[Line]] = defaultdict(list)
    returned: defaultdict[str, list[Line]] = defaultdict(list)
    orders: defaultdict[str, set[UUID]] = defaultdict(set)
    buyers: defaultdict[str, set[UUID | None]] = defaultdict(set)
    for purchase in history.purchases(scope):
        for line in purchase.lines:
            for key in keys_of(history, line, by):
                sold[key].append(line)
                orders[key].add(purchase.order.id)
                buyers[key] |= {purchase.order.customer_id} - {None}
    for one in history.came_back(scope):
        for back in one.lines:
            for key in keys_of(history, back, by):
                returned[key].append(back)
    return [
        ProductFacts(
            key=key,
            name=name_of(history, [*sold[key], *returned[key]]) if by is By.PRODUCT else None,
            revenue=_revenue(sold[key], returned[key]),
            units=_units(sold[key]) - _units(returned[key]),
            orders=len(orders[key]),
            customers=len(buyers[key]),
        )
        for key in sold.keys() | returned.keys()
    ]


def keys_of(history: PurchaseHistory, line: Line, by: By) -> tuple[str, ...]:
    """The product, the author or the categories of a line, each once; none without a linked book."""
    if by is By.PRODUCT:
        return (line.sku,)
    book = None if line.book_id is None else history.books_by_id.get(line.book_id)
    if book is None:
        return ()
    return (book.details.author,) if by is By.AUTHOR else tuple(dict.fromkeys(book.details.categories))


def name_of(history: PurchaseHistory, lines: Iterable[Line]) -> str | None:
    """The greatest title of the linked books or, without any, the greatest description."""
    titles, descriptions = [], []
    for line in lines:
        if line.book_id in history.books_by_id:
            titles.append(history.books_by_id[line.book_id].details.title)
        if line.description is not None:
            descriptions.append(line.description)
    return max(titles or descriptions, default=None)


def list_buyers(history: PurchaseHistory, scope: Scope) -> list[BuyerFacts]:
    """Every known customer with a purchase, by key, then by id. What came back lowers money and nothing else."""
    days: dict[UUID, date] = {}
    orders: Counter[UUID] = Counter()
    amounts: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for purchase in history.purchases(scope):
        buyer = purchase.order.customer_id
        if buyer is not None:
            days[buyer] = max(purchase.day, days.get(buyer, purchase.day))
            orders[buyer] += 1
            amounts[buyer] = EXACT.add(amounts[buyer], _revenue(purchase.lines))
    for one in history.came_back(scope):
        if one.customer_id in days:
            amounts[one.customer_id] = EXACT.subtract(amounts[one.customer_id], _revenue(one.lines))
    buyers = (
        BuyerFacts(
            key=history.customer_keys.get(buyer, str(buyer)),
            id=buyer,
            last_day=day,
            orders=orders[buyer],
            revenue=amounts[buyer],
        )
        for buyer, day in days.items()
    )
    return sorted(buyers, key=lambda buyer: (buyer.key, str(buyer.id)))


def count_prospects(history: PurchaseHistory, scope: Scope) -> int:
    """The living customers without a purchase that counts."""
    bought = {purchase.order.customer_id for purchase in history.purchases(scope)}
    return sum(not customer.lifecycle.deleted and customer.id not in bought for customer in history.customers)


def histograms(buyers: Iterable[BuyerFacts]) -> RfmHistograms:
    """How many customers have each value."""
    known = list(buyers)
    return RfmHistograms(
        last_days=sorted(Counter(buyer.last_day for buyer in known).items()),
        frequencies=sorted(Counter(buyer.orders for buyer in known).items()),
        amounts=sorted(Counter(buyer.revenue for buyer in known).items()),
    )


def score(buyers: Sequence[BuyerFacts], scoring: Scoring) -> list[ScoredBuyer]:
    """Everybody's scores, in the order given, which must be that of `list_buyers`."""
    match scoring:
        case Cuts():
            return [_by_cuts(buyer, scoring) for buyer in buyers]
        case Ntile():
            r = _ntile([buyer.last_day for buyer in buyers])
            f = _ntile([buyer.orders for buyer in buyers])
            m = _ntile([buyer.revenue for buyer in buyers])
            return [ScoredBuyer(buyer=one, r=r[n], f=f[n], m=m[n]) for n, one in enumerate(buyers)]


def cells(scored: Iterable[ScoredBuyer]) -> list[CellFacts]:
    """The customers of each combination of scores, ascending."""
    found: defaultdict[tuple[int, int, int], list[BuyerFacts]] = defaultdict(list)
    for one in scored:
        found[one.r, one.f, one.m].append(one.buyer)
    return [
        CellFacts(
            r=r,
            f=f,
            m=m,
            customers=len(buyers),
            orders=sum(buyer.orders for buyer in buyers),
            revenue=exact_sum(buyer.revenue for buyer in buyers),
        )
        for (r, f, m), buyers in sorted(found.items())
    ]


def _by_cuts(buyer: BuyerFacts, cuts: Cuts) -> ScoredBuyer:
    return ScoredBuyer(
        buyer=buyer,
        r=5 - sum(buyer.last_day < day for day in cuts.before),
        f=1 + sum(buyer.orders > count for count in cuts.orders_above),
        m=1 + sum(buyer.revenue > amount for amount in cuts.amount_above),
    )


def _ntile(values: Sequence[date] | Sequence[int] | Sequence[Decimal]) -> list[int]:
    """NTILE(5) of each place: groups as equal as they get, the first ones one larger. Ties keep their order."""
    places = sorted(range(len(values)), key=lambda place: values[place])
    size, larger = divmod(len(values), 5)
    groups = [0] * len(values)
    for rank, place in enumerate(places):
        within_larger = larger * (size + 1)
        if rank < within_larger:
            groups[place] = rank // (size + 1) + 1
        else:
            groups[place] = larger + (rank - within_larger) // size + 1
    return groups


def _units(lines: Iterable[Line]) -> int:
    return sum(line.quantity for line in lines)


def _revenue(lines: Iterable[Line], returned: Iterable[Line] = ()) -> Decimal:
    return EXACT.subtract(exact_sum(line.amount for line in lines), exact_sum(line.amount for line in returned))

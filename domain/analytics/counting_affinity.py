"""What is bought together in a history, counted: written to be read and not to be fast, as `counting` is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from uuid import UUID

from domain.analytics.counting import Line, keys_of, name_of
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.pairs import (
    NeighbourFacts,
    PairFacts,
    PairQuestion,
    PairTotals,
    PopularFacts,
    Unit,
    nearest,
)
from domain.analytics.scope import Scope


def count_units(history: PurchaseHistory, scope: Scope, unit: Unit) -> int:
    """How many purchases there are, or known customers with one."""
    if unit is Unit.BASKET:
        return sum(1 for _ in history.purchases(scope))
    return len({one.order.customer_id for one in history.purchases(scope)} - {None})


def count_pairs_within(history: PurchaseHistory, scope: Scope, unit: Unit, by: By, *, least: int) -> int:
    """How many pairs all units hold, of keys that `least` units or more hold."""
    held = _held(history, scope, unit, by)
    frequent = _frequent(held, least)
    sizes = (len(keys & frequent.keys()) for keys in held.values())
    return sum(size * (size - 1) // 2 for size in sizes)


def count_pairs(history: PurchaseHistory, scope: Scope, question: PairQuestion) -> PairTotals:
    """The pairs that reach every threshold, and the first of them."""
    held = _held(history, scope, question.unit, question.by)
    frequent = _frequent(held, question.least)
    together: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for keys in held.values():
        kept = sorted(keys & frequent.keys())
        for number, key in enumerate(kept, 1):
            together[key].update(kept[number:])
    pairs = (
        PairFacts(a=a, b=b, n_a=frequent[a], n_b=frequent[b], n_ab=n_ab)
        for a, others in together.items()
        for b, n_ab in others.items()
    )
    found = 0

    def holding() -> Iterator[PairFacts]:
        nonlocal found
        for pair in pairs:
            if question.holds(pair):
                found += 1
                yield pair

    # Of millions of pairs no more are kept than are told.
    top = question.first(holding())
    return PairTotals(count=found, top=top)


def list_neighbours(
    history: PurchaseHistory, scope: Scope, product: str | None, *, least: int, limit: int
) -> list[NeighbourFacts]:
    """Of this product, or of each, the products most like it that `least` customers or more bought with it."""
    held = _held(history, scope, Unit.CUSTOMER, By.PRODUCT)
    frequent = _frequent(held, least)
    keys = frequent.keys() if product is None else frequent.keys() & {product}
    of_each = groupby(_neighbours(held, frequent, keys, least), key=lambda one: one.key)
    return [one for _, group in of_each for one in nearest(group, limit)]


def count_pairs_beside(history: PurchaseHistory, scope: Scope, customer: UUID, *, least: int) -> int:
    """How many pairs of what this customer bought and something else all customers hold."""
    held = _held(history, scope, Unit.CUSTOMER, By.PRODUCT)
    frequent = _frequent(held, least)
    bought = held.get(customer, set())
    return sum(len(keys & bought & frequent.keys()) * len((keys & frequent.keys()) - bought) for keys in held.values())


def list_beside(history: PurchaseHistory, scope: Scope, customer: UUID, *, least: int) -> list[NeighbourFacts]:
    """What this customer bought beside what it has not and `least` customers or more bought with it, by keys."""
    held = _held(history, scope, Unit.CUSTOMER, By.PRODUCT)
    frequent = _frequent(held, least)
    bought = held.get(customer, set())
    found = _neighbours(held, frequent, bought, least)
    return sorted((one for one in found if one.neighbour not in bought), key=lambda one: (one.key, one.neighbour))


def count_bought(history: PurchaseHistory, scope: Scope, customer: UUID) -> int:
    """How many products this customer bought."""
    return len(_held(history, scope, Unit.CUSTOMER, By.PRODUCT).get(customer, ()))


def list_popular(
    history: PurchaseHistory, scope: Scope, customer: UUID | None, *, limit: int, of_own_categories: bool
) -> list[PopularFacts]:
    """What this customer has not bought by how many did, descending, then by key.

    With `of_own_categories` only what shares a category with something that the customer bought, and which.
    """
    held = _held(history, scope, Unit.CUSTOMER, By.PRODUCT)
    bought: set[str] = set() if customer is None else held.get(customer, set())
    shelves: defaultdict[str, set[str]] = defaultdict(set)
    own: set[str] = set()
    for one in history.purchases(scope):
        for line in one.lines:
            categories = keys_of(history, line, By.CATEGORY)
            shelves[line.sku].update(categories)
            if customer is not None and one.order.customer_id == customer:
                own.update(categories)
    found = [
        PopularFacts(key=key, customers=many, categories=tuple(sorted(shelves[key] & own)) if of_own_categories else ())
        for key, many in _frequent(held, 1).items()
        if key not in bought
    ]
    order = sorted(found, key=lambda one: (-one.customers, one.key))
    return [one for one in order if one.categories or not of_own_categories][:limit]


def list_names(history: PurchaseHistory, scope: Scope, keys: Iterable[str]) -> dict[str, str]:
    """What these products are called, as `count_products` has it; those without a name are left out."""
    lines: dict[str, list[Line]] = {key: [] for key in keys}
    for purchase in history.purchases(scope):
        for line in purchase.lines:
            lines.get(line.sku, []).append(line)
    for one in history.came_back(scope):
        for back in one.lines:
            lines.get(back.sku, []).append(back)
    found = {key: name_of(history, of) for key, of in lines.items()}
    return {key: name for key, name in found.items() if name is not None}


def is_customer(history: PurchaseHistory, customer: UUID) -> bool:
    """Whether there is such a customer, who is not deleted."""
    return any(one.id == customer and not one.lifecycle.deleted for one in history.customers)


def _held(history: PurchaseHistory, scope: Scope, unit: Unit, by: By) -> dict[UUID, set[str]]:
    """What each unit holds: none without anything."""
    held: defaultdict[UUID, set[str]] = defaultdict(set)
    for one in history.purchases(scope):
        owner = one.order.id if unit is Unit.BASKET else one.order.customer_id
        if owner is not None:
            held[owner].update(key for line in one.lines for key in keys_of(history, line, by))
    return held


def _frequent(held: Mapping[UUID, set[str]], least: int) -> dict[str, int]:
    """How many units hold each key, of those that `least` or more do."""
    counts = Counter(key for keys in held.values() for key in keys)
    return {key: many for key, many in counts.items() if many >= least}


def _neighbours(
    held: Mapping[UUID, set[str]], frequent: Mapping[str, int], keys: Iterable[str], least: int
) -> Iterator[NeighbourFacts]:
    """By key; the neighbours of a key in no order."""
    wanted = set(keys) & frequent.keys()
    together: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for owned in held.values():
        kept = owned & frequent.keys()
        for key in kept & wanted:
            together[key].update(kept)
    for key, others in sorted(together.items()):
        for other, n_ij in others.items():
            if other != key and n_ij >= least:
                yield NeighbourFacts(key=key, neighbour=other, n_i=frequent[key], n_j=frequent[other], n_ij=n_ij)

"""What the baskets of a history hold, counted: written to be read and not to be fast, as `counting` is."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import chain

from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.counting import Line, keys_of, name_of
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.scope import Scope


def list_basket_items(history: PurchaseHistory, scope: Scope, by: By, least: int) -> list[ItemFacts]:
    """What `least` baskets or more hold, by key; a product is called as `count_products` has it."""
    counts = _counts(history, scope, by, least)
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    if by is By.PRODUCT:
        sold = (line for one in history.purchases(scope) for line in one.lines)
        returned = (line for one in history.came_back(scope) for line in one.lines)
        for line in chain[Line](sold, returned):
            lines[line.sku].append(line)
    return [
        ItemFacts(key=key, name=name_of(history, lines[key]), baskets=count) for key, count in sorted(counts.items())
    ]


def list_item_sets(history: PurchaseHistory, scope: Scope, by: By, least: int) -> Baskets:
    """What is in each basket of what `least` or more hold, by number in `list_basket_items`, where two are."""
    numbers = {key: number for number, key in enumerate(sorted(_counts(history, scope, by, least)))}
    sets = Counter(tuple(sorted(numbers[key] for key in keys if key in numbers)) for keys in _held(history, scope, by))
    return Baskets.of((items, count) for items, count in sets.items() if len(items) > 1)


def _held(history: PurchaseHistory, scope: Scope, by: By) -> list[set[str]]:
    return [{key for line in one.lines for key in keys_of(history, line, by)} for one in history.purchases(scope)]


def _counts(history: PurchaseHistory, scope: Scope, by: By, least: int) -> Mapping[str, int]:
    counts = Counter(key for keys in _held(history, scope, by) for key in keys)
    return {key: count for key, count in counts.items() if count >= least}

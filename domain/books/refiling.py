"""What happens to the books of a category that is renamed or moved: they are told by what it goes by now."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.books.book import CATEGORY_LENGTH, MAX_CATEGORIES
from domain.books.category import Category, is_within, keys_of
from domain.books.filing import category_key
from domain.shared.ids import CategoryId


class Label(NamedTuple):
    """What a living category goes by."""

    name: str
    path: str


class Refiled(NamedTuple):
    """What stands in a book in the place of a text that no longer means what it meant.

    `kept` says that the text also means a category to which nothing happened, and so has to stay beside the others.
    """

    texts: tuple[str, ...]
    kept: bool


Labels = Mapping[CategoryId, Label]
Refiling = Mapping[str, Refiled]
"""By the key of the text that stands in a book."""


def refiling(before: Labels, after: Labels) -> Refiling:
    """What has to be told anew, so that every book stays in the categories that it is in.

    `before` and `after` have all living categories. A name is followed by the new name, also where only its spelling is
    another one, and a path by the new path. A new name that another category goes by as well would put the books into
    that one too: there the path stands instead, unless it is no better, or longer than a name may be.
    """
    going_by: dict[str, set[CategoryId]] = {}
    for category_id, label in after.items():
        for key in keys_of(*label):
            going_by.setdefault(key, set()).add(category_id)
    texts: dict[str, dict[CategoryId, str]] = {}
    for category_id, label in after.items():
        old = before.get(category_id, label)
        if old.name != label.name:
            texts.setdefault(category_key(old.name), {})[category_id] = _text(label, category_id, going_by)
        if old.path != label.path and old.path not in keys_of(*label):
            path = label.path if len(label.path) <= CATEGORY_LENGTH else label.name
            texts.setdefault(old.path, {}).setdefault(category_id, path)
    return {
        key: Refiled(tuple(dict.fromkeys(moved.values())), bool(going_by.get(key, set()) - moved.keys()))
        for key, moved in texts.items()
    }


def _text(label: Label, category_id: CategoryId, going_by: Mapping[str, set[CategoryId]]) -> str:
    by_path_alone = len(label.path) <= CATEGORY_LENGTH and going_by[label.path] == {category_id}
    by_name_alone = going_by[category_key(label.name)] == {category_id}
    return label.path if by_path_alone and not by_name_alone else label.name


def refile(categories: tuple[str, ...], changes: Refiling) -> tuple[str, ...]:
    """The categories of a book after these changes, each text in the place of the one that it follows."""
    for keeping in (True, False):
        told: dict[str, str] = {}
        for text in categories:
            change = changes.get(category_key(text))
            for one in (text,) if change is None else ((text,) if keeping and change.kept else ()) + change.texts:
                told.setdefault(category_key(one), one)
        if len(told) <= MAX_CATEGORIES:
            break
    return tuple(told.values())[:MAX_CATEGORIES]


def relabelled(before: Labels, category: Category, old_path: str) -> Labels:
    """What all go by once `category`, which was at `old_path`, is as it is now."""
    return {
        category_id: Label(
            category.details.name if category_id == category.id else label.name,
            category.path + label.path[len(old_path) :] if is_within(label.path, old_path) else label.path,
        )
        for category_id, label in before.items()
    }

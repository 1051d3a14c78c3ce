"""How a book says which categories it is in: by their names, or by their paths.

A book holds texts, which a category may or may not go by. What two spellings of one text have in common is its key:
"Historical Fiction" and "historical  fiction" have the key `historical-fiction`, "Fiction / Historical" has
`fiction/historical`. A category goes by two keys, that of its name and its path. A book is in a category when it holds
a text of one of these keys; whether there is such a category now is nothing that the book has to know.
"""

from collections.abc import Iterable
from functools import lru_cache

from domain.shared.search import FILED, LONGEST_MARKED
from domain.shared.text import fold

PATH_LENGTH = LONGEST_MARKED


@lru_cache(maxsize=16_384)  # a catalogue has few categories, and each of its books names some
def category_key(text: str) -> str:
    """What all spellings of a name or a path have in common: no case, no accents, one hyphen for each gap."""
    parts = ["-".join(part.split()) for part in fold(text).split("/")]
    return ("/".join(parts) or "-".join(text.split()))[:PATH_LENGTH]


def filed_under(categories: Iterable[str]) -> list[str]:
    """What is kept for search of the categories of a book: their keys, marked."""
    return [FILED + key for key in dict.fromkeys(map(category_key, categories))]

"""Who buys. Nobody is invented: readers have numbers for names, and addresses at example.org (RFC 2606)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from entrypoints.demo.dice import Dice, Weighted

_CATEGORIES = Weighted(
    (
        *("Fiction", "Crime", "Science Fiction", "Fantasy", "Children", "Adventure", "Gothic", "Poetry", "Drama"),
        *("Philosophy", "Science", "History", "Biography", "Economics", "Essays"),
    ),
    (30, 14, 10, 10, 12, 6, 3, 3, 3, 4, 5, 5, 4, 2, 2),
)
_LANGUAGES = Weighted(("en", "de", "fr", "es", "it"), (56, 30, 9, 3, 2))
_MEAN_STAY = 320
_MOST_ACTIVE = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A customer. Days count from the first of the shop's history; `activity` is how often this one buys."""

    number: int
    swiss: bool
    has_email: bool
    newsletter: bool
    loyalty_card: bool
    library: bool
    language: str
    favourites: tuple[str, str]
    joined: int
    left: int
    activity: float

    @property
    def reference(self) -> str:
        """The customer number."""
        return f"R-{self.number:04}"

    @property
    def name(self) -> str:
        """A number, too."""
        return f"Reader {self.number:04}"

    @property
    def email(self) -> str | None:
        """Those who gave one have an address that nobody has."""
        return f"reader-{self.number:04}@example.org" if self.has_email else None

    @property
    def tags(self) -> tuple[str, ...]:
        """What the shop knows of this one."""
        marks = {"newsletter": self.newsletter, "loyalty-card": self.loyalty_card, "library": self.library}
        return tuple(name for name, there in marks.items() if there)

    @property
    def currency(self) -> str:
        """What this one pays in."""
        return "CHF" if self.swiss else "EUR"


def readers(dice: Dice, count: int, days: int) -> Sequence[Reader]:
    """So many readers: some there from the start, the others joining as time goes by, and leaving after a while."""
    return [_reader(dice, number, days) for number in range(1, count + 1)]


def _reader(dice: Dice, number: int, days: int) -> Reader:
    joined = 0 if dice.chance(0.35) else dice.between(0, days - 1)
    stay = -math.log(1 - dice.random()) * _MEAN_STAY
    library = dice.chance(0.01)
    activity = dice.heavy_tail(1.3, _MOST_ACTIVE)
    has_email = dice.chance(0.9)
    return Reader(
        number=number,
        swiss=dice.chance(0.07),
        has_email=has_email,
        newsletter=has_email and dice.chance(0.4),
        loyalty_card=dice.chance(0.25),
        library=library,
        language=_LANGUAGES.draw(dice),
        favourites=(_CATEGORIES.draw(dice), _CATEGORIES.draw(dice)),
        joined=joined,
        left=joined + int(stay),
        activity=activity * (5 if library else 1),
    )

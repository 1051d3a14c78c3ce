"""Which customers may be one person: keys that two records share, and what sharing them is worth.

Two customers are a candidate when they share a key:

    mailbox   the e-mail address without what many providers ignore: a +suffix, and at Gmail the dots
    phone     the E.164 number
    name      the folded words of the name, in any order
    address   the folded words of the name and of one address

A key that more than MOST_SHARING customers share tells nothing (a switchboard, a common name) and is left out. The
score is 1 less the product of 1 less WEIGHTS of each reason, as if the reasons were independent, exactly: a name and an
address are 1 - (1 - 0.4) * (1 - 0.6) = 0.76.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from domain.customers.email_address import EmailAddress
from domain.shared.ids import CustomerId
from domain.shared.money import EXACT

MOST_SHARING = 20
DEFAULT_SCORE = Decimal("0.5")
GMAIL = ("gmail.com", "googlemail.com")
_ONE = Decimal(1)


class Reason(StrEnum):
    """What two customers share."""

    MAILBOX = "mailbox"
    PHONE = "phone"
    NAME = "name"
    ADDRESS = "address"


WEIGHTS: Mapping[Reason, Decimal] = MappingProxyType(
    {
        Reason.MAILBOX: Decimal("0.9"),
        Reason.PHONE: Decimal("0.7"),
        Reason.NAME: Decimal("0.4"),
        Reason.ADDRESS: Decimal("0.6"),
    }
)


def mailbox(email: EmailAddress) -> str:
    """Where mail to this address most likely ends up: `a.da+shop@googlemail.com` is `ada@gmail.com`.

    What stands behind a plus is cut off for every host, since most large providers deliver it to the same mailbox; the
    dots are taken away for Gmail alone. A local part of nothing else stays as it is.
    """
    local, _, host = email.value.rpartition("@")
    bare = local.partition("+")[0] or local
    if host in GMAIL:
        return f"{bare.replace('.', '') or bare}@{GMAIL[0]}"
    return f"{bare}@{host}"


@dataclass(frozen=True, slots=True)
class Block:
    """Customers who share one key: 2 to MOST_SHARING of them, in any order."""

    reason: Reason
    members: Sequence[CustomerId]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two customers who may be one, the older id first. `reasons` stand in the order of Reason."""

    score: Decimal
    first: CustomerId
    second: CustomerId
    reasons: tuple[Reason, ...]

    @property
    def place(self) -> tuple[Decimal, UUID, UUID]:
        """Candidates stand in this order: the likeliest first, then by their ids."""
        return -self.score, self.first, self.second


def score(reasons: Iterable[Reason]) -> Decimal:
    """What sharing all of these is worth: from 0 to less than 1, exact."""
    doubt = _ONE
    for reason in reasons:
        doubt = EXACT.multiply(doubt, EXACT.subtract(_ONE, WEIGHTS[reason]))
    return EXACT.subtract(_ONE, doubt).normalize(EXACT)


_SCORES: Mapping[int, tuple[Decimal, tuple[Reason, ...]]] = MappingProxyType(
    {
        mask: (score(chosen), chosen)
        for mask in range(1, 1 << len(Reason))
        for chosen in [tuple(one for place, one in enumerate(Reason) if mask >> place & 1)]
    }
)
_BITS: Mapping[Reason, int] = MappingProxyType({one: 1 << place for place, one in enumerate(Reason)})


def candidates(blocks: Iterable[Block], least: Decimal) -> list[Candidate]:
    """Every two who share a key and whose score is `least` or more, in order."""
    shared: dict[tuple[CustomerId, CustomerId], int] = {}
    for block in blocks:
        bit, members = _BITS[block.reason], sorted(block.members)
        for place, first in enumerate(members):
            for second in members[place + 1 :]:
                pair = (first, second)
                shared[pair] = shared.get(pair, 0) | bit
    good = {mask: told for mask, told in _SCORES.items() if told[0] >= least}
    found = [
        Candidate(good[mask][0], first, second, good[mask][1])
        for (first, second), mask in shared.items()
        if mask in good
    ]
    found.sort(key=lambda one: one.place)
    return found

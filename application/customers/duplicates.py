"""The use case of finding duplicates."""

import asyncio
from bisect import bisect_right

from msgspec import UNSET

from application.customers.duplicate_models import DuplicateQuestion, DuplicateRead, cursor_after, reasons_of
from application.listing import Listed
from application.ports.customers import CustomerReader
from application.ports.duplicates import DuplicateReader
from domain.customers.duplicates import candidates


class DuplicateService:
    """Looks for customers who may be one person."""

    def __init__(self, *, reader: DuplicateReader, customers: CustomerReader) -> None:
        self._reader = reader
        self._customers = customers

    async def list(self, question: DuplicateQuestion) -> Listed[DuplicateRead]:
        """One page of pairs of customers who may be one person, the likeliest first.

        - They share a mailbox (the e-mail address without a +suffix, and at Gmail without dots), a phone number, the
          words of a name, or these and an address.
        - The score is 1 less the product of 1 less the weight of each reason: mailbox 0.9, phone 0.7, address 0.6, name
          0.4. Pairs below `min_score`, which is 0.5 when it is not given, are left out.
        - What more than 20 customers share tells nothing and is left out.
        """
        blocks = await self._reader.blocks()
        # Of many customers that is a second's work: other requests go on meanwhile.
        found = await asyncio.to_thread(candidates, blocks, question.least)
        start = 0
        if question.after is not None:
            start = bisect_right(found, question.after, key=lambda one: one.place)
        page = found[start : start + question.limit]
        people = await self._customers.get_many({one for pair in page for one in (pair.first, pair.second)})
        data = [
            DuplicateRead(
                score=one.score,
                reasons=list(reasons_of(one)),
                first=people[one.first],
                second=people[one.second],
            )
            for one in page
            if one.first in people and one.second in people
        ]
        more = start + question.limit < len(found)
        return Listed(
            data=data,
            has_more=more,
            next_cursor=cursor_after(question, page[-1]) if more else None,
            total=len(found) if question.count else UNSET,
        )

"""Order rows of Online Retail (UCI; Chen, Sain and Guo 2012, doi:10.1057/dbm.2012.17): one row an invoice line.

An invoice that begins with C is a return that stands alone. Kept as they are: rows without a customer, rows that repeat
another, prices of 0 and 0.001. A negative quantity on any other invoice is a correction of the stock and no sale.
"""

from collections.abc import Mapping
from operator import itemgetter

from application.imports.models import ImportOptions, zone
from application.imports.rows import ReadRow, SaleHead, SaleRow, customer_text, local_time, sale_key, whole_number
from domain.shared.errors import Invalid, Problems

CHANNEL = "online-retail"
CURRENCY = "GBP"
# As the columns are called in the second edition of the data, of 2009 to 2011.
ALIASES = {"invoice": "invoiceno", "price": "unitprice", "customer id": "customerid"}


def read_online_retail(columns: Mapping[str, int], options: ImportOptions) -> ReadRow:
    """Reads an order's line, or a return's with its quantity turned positive. Times are in the zone of the options."""
    pick = itemgetter(
        *(
            columns[name]
            for name in ("invoiceno stockcode description quantity invoicedate unitprice customerid country".split())
        )
    )
    channel, currency, tz = options.channel or CHANNEL, options.currency or CURRENCY, zone(options.tz)

    def read(fields: list[str]) -> SaleRow:
        invoice, sku, about, quantity, time, price, customer, country = pick(fields)
        try:
            key = sale_key(invoice.startswith("C"), channel, invoice)
        except Invalid as error:
            raise Invalid(problem.under("/invoice") for problem in error.problems) from None
        problems = Problems()
        pieces = problems.take("/quantity", _returned if key.returned else _sold, quantity)
        at = problems.take("/placed_at", local_time, time, tz)
        who = problems.take("/customer", customer_text, customer.removesuffix(".0"))
        return SaleRow(
            key=key,
            head=SaleHead(who, currency),
            at=at,
            sku=sku,
            quantity=pieces or 0,
            unit_price=price,
            description=about or None,
            country=country or None,
            faults=tuple(problems.found),
        )

    return read


def _sold(text: str) -> int:
    quantity = whole_number(text)
    if quantity < 0:
        raise Invalid.because("stock-adjustment", "is negative on an invoice: a correction of the stock, not a sale")
    return quantity


def _returned(text: str) -> int:
    quantity = whole_number(text)
    if quantity > 0:
        raise Invalid.because("positive-return", "must be negative on a cancellation (an invoice that begins with C)")
    return -quantity

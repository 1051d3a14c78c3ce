"""How what a file says differs from what is kept, by the names of fields."""

from domain.books.isbn import Isbn
from domain.orders.order import OrderLine
from domain.orders.returns import ReturnLine


def differences(**values: tuple[object, object]) -> list[str]:
    """The names whose two values are not the same."""
    return [name for name, (known, given) in values.items() if known != given]


def line_differences(kept: OrderLine | ReturnLine, line: OrderLine | ReturnLine) -> list[str]:
    """What the file can say of a line; not the book it is linked to, nor what came back of it since."""
    names = [name for name in ("description", "quantity", "unit_price") if getattr(kept, name) != getattr(line, name)]
    if getattr(kept, "discount", None) != getattr(line, "discount", None):
        names.append("discount")
    # A book that came into the catalogue after the order changes how its SKU is written, and nothing else.
    if kept.sku != line.sku and (Isbn.find(kept.sku) or kept.sku) != (Isbn.find(line.sku) or line.sku):
        names.append("sku")
    return names

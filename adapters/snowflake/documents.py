"""Aggregates as the documents that a load brings: a field for each column.

Amounts and times are texts in them, so that nothing on the way takes them for something less exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from adapters.sql.contributors import contributors_text
from adapters.sql.tables import authors, books, categories, customers, reviews
from application.ports.history import HistoryBatch
from domain.books.author import Author
from domain.books.book import Book
from domain.books.category import Category
from domain.books.filing import category_key
from domain.books.review import Review
from domain.customers.customer import Customer
from domain.shared.lifecycle import Lifecycle

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of aggregate: its table and its documents.

    `follows` names the columns that others change, without a new version.
    """

    table: Table
    documents: Callable[[HistoryBatch], Sequence[Document]]
    follows: tuple[str, ...] = ()


def _customer(customer: Customer) -> Document:
    details = customer.details
    return {
        "id": customer.id.hex,
        "name": details.name,
        "reference": details.reference,
        "email": None if details.email is None else details.email.value,
        "phone": None if details.phone is None else details.phone.value,
        "status": details.status.value,
        "tags": details.tags,
        "metadata": dict(details.metadata),
        "search_tokens": _words(customer.search_tokens),
        **_lifecycle(customer.lifecycle),
        "deleted_at": _moment(customer.lifecycle.deleted_at),
        "erased_at": _moment(customer.erased_at),
    }


def _author(author: Author) -> Document:
    details = author.details
    return {
        "id": author.id.hex,
        "name": details.name,
        "name_key": author.key,
        "sort_name": details.sort_name,
        "other_names": details.other_names,
        "born": None if details.born is None else details.born.value,
        "died": None if details.died is None else details.died.value,
        "merged_into": None if author.merged_into is None else author.merged_into.hex,
        "search_tokens": _words(author.search_tokens),
        **_lifecycle(author.lifecycle),
        "deleted_at": _moment(author.lifecycle.deleted_at),
    }


def _category(category: Category) -> Document:
    details = category.details
    return {
        "id": category.id.hex,
        "parent_id": None if category.parent_id is None else category.parent_id.hex,
        "name": details.name,
        "name_key": category_key(details.name),
        "slug": details.slug,
        "path": category.path,
        "depth": category.depth,
        "position": details.position,
        "code": details.code,
        "description": details.description,
        "search_tokens": _words(category.search_tokens),
        **_lifecycle(category.lifecycle),
        "deleted_at": _moment(category.lifecycle.deleted_at),
    }


def _review(review: Review) -> Document:
    details = review.details
    return {
        "id": review.id.hex,
        "book_id": review.book_id.hex,
        "customer_id": review.customer_id.hex,
        "rating": details.rating,
        "title": details.title,
        "text": details.text,
        "language": details.language,
        "status": review.status.value,
        "reason": review.reason,
        **_lifecycle(review.lifecycle),
        "deleted_at": _moment(review.lifecycle.deleted_at),
    }


def _book(book: Book) -> Document:
    details = book.details
    return {
        "id": book.id.hex,
        "title": details.title,
        "author": details.author,
        "isbn": details.isbn.value,
        "published_date": None if details.published_date is None else details.published_date.value,
        "description": details.description,
        "language": details.language,
        "price_amount": None if details.price is None else _amount(details.price.amount),
        "price_currency": None if details.price is None else details.price.currency,
        "categories": details.categories,
        "search_tokens": _words(book.search_tokens),
        **_lifecycle(book.lifecycle),
        "deleted_at": _moment(book.lifecycle.deleted_at),
        "subtitle": details.subtitle,
        "publisher": details.publisher,
        "edition": details.edition,
        "format": None if details.format is None else details.format.value,
        "pages": details.pages,
        "series": details.series,
        "series_position": details.series_position,
        "availability": None if details.availability is None else details.availability.value,
        "contributors": contributors_text(details.authors),
        "rating_count": book.rating.count,
        "rating_sum": book.rating.sum,
    }


def _lifecycle(lifecycle: Lifecycle) -> Document:
    return {
        "version": lifecycle.version,
        "created_at": _moment(lifecycle.created_at),
        "created_by": lifecycle.created_by,
        "updated_at": _moment(lifecycle.updated_at),
        "updated_by": lifecycle.updated_by,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _amount(value: Decimal) -> str:
    return f"{value:f}"


def _words(tokens: Sequence[str]) -> str:
    """Padded, so that a word is found with the spaces around it, and sorted, so that one row is one document."""
    return f" {' '.join(sorted(tokens))} "


KINDS = (
    Kind(table=customers, documents=lambda batch: [_customer(one) for one in batch.customers]),
    Kind(table=authors, documents=lambda batch: [_author(one) for one in batch.authors]),
    Kind(
        table=categories,
        documents=lambda batch: [_category(one) for one in batch.categories],
        follows=("path", "depth"),
    ),
    Kind(
        table=books,
        documents=lambda batch: [_book(one) for one in batch.books],
        follows=("contributors", "search_tokens", "rating_count", "rating_sum"),
    ),
    Kind(table=reviews, documents=lambda batch: [_review(one) for one in batch.reviews]),
)
"""In the order in which histories come: references point backwards."""

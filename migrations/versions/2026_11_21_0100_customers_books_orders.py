"""Customers, books, orders and their returns, and the events of all of them.

Plain SQL, since PostgreSQL alone is migrated: what is read here is what runs. Text is ordered by its bytes whatever
the locale of the database; NaN stands above every number, so an upper bound keeps it out.
"""

from alembic import op

revision = "2026_11_21_0100"
down_revision = None

_CUSTOMERS = (
    r"""
    CREATE TABLE customers (
        id uuid CONSTRAINT pk_customers PRIMARY KEY,
        name varchar(255) COLLATE "C",
        reference varchar(64) COLLATE "C",
        email varchar(254) COLLATE "C",
        phone varchar(16) COLLATE "C",
        status varchar(16) COLLATE "C" NOT NULL,
        tags text[] NOT NULL,
        metadata jsonb NOT NULL,
        search_tokens text[] NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        deleted_at timestamptz,
        CONSTRAINT ck_customers_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_customers_name_reference_or_email CHECK (coalesce(name, reference, email) IS NOT NULL),
        CONSTRAINT ck_customers_status CHECK (status IN ('active', 'inactive')),
        CONSTRAINT ck_customers_phone CHECK (phone ~ '^\+[1-9][0-9]{6,14}$')
    )
    """,
    "CREATE UNIQUE INDEX uq_customers_living_email ON customers (email) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX uq_customers_living_reference ON customers (reference) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_customers_created_at ON customers (created_at DESC, id DESC)",
    "CREATE INDEX ix_customers_updated_at ON customers (updated_at DESC, id DESC)",
    "CREATE INDEX ix_customers_status_created_at ON customers (status, created_at DESC, id DESC)",
    "CREATE INDEX ix_customers_name ON customers (coalesce(name, ''), id)",
    "CREATE INDEX ix_customers_reference ON customers (coalesce(reference, ''), id)",
    "CREATE INDEX ix_customers_phone ON customers (phone)",
    "CREATE INDEX ix_customers_tags ON customers USING gin (tags)",
    "CREATE INDEX ix_customers_search_tokens ON customers USING gin (search_tokens)",
)

_BOOKS = (
    """
    CREATE TABLE books (
        id uuid CONSTRAINT pk_books PRIMARY KEY,
        title varchar(255) COLLATE "C" NOT NULL,
        author varchar(255) COLLATE "C" NOT NULL,
        isbn varchar(13) COLLATE "C" NOT NULL,
        published_date varchar(10) COLLATE "C",
        description text,
        language varchar(35) COLLATE "C",
        price_amount numeric(18, 4),
        price_currency varchar(3) COLLATE "C",
        categories text[] NOT NULL,
        search_tokens text[] NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        deleted_at timestamptz,
        CONSTRAINT ck_books_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_books_isbn CHECK (isbn ~ '^97[89][0-9]{10}$'),
        CONSTRAINT ck_books_published_date CHECK (published_date ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
        CONSTRAINT ck_books_whole_price CHECK ((price_amount IS NULL) = (price_currency IS NULL)),
        CONSTRAINT ck_books_price_currency CHECK (price_currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_books_amounts CHECK (price_amount BETWEEN 0 AND 10000000000000)
    )
    """,
    "CREATE UNIQUE INDEX uq_books_living_isbn ON books (isbn) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_books_created_at ON books (created_at DESC, id DESC)",
    "CREATE INDEX ix_books_updated_at ON books (updated_at DESC, id DESC)",
    "CREATE INDEX ix_books_language_created_at ON books (language, created_at DESC, id DESC)",
    "CREATE INDEX ix_books_title ON books (title, id)",
    "CREATE INDEX ix_books_author ON books (author, id)",
    "CREATE INDEX ix_books_published_date ON books (coalesce(published_date, ''), id)",
    "CREATE INDEX ix_books_categories ON books USING gin (categories)",
    "CREATE INDEX ix_books_search_tokens ON books USING gin (search_tokens)",
)

_ORDERS = (
    """
    CREATE TABLE orders (
        id uuid CONSTRAINT pk_orders PRIMARY KEY,
        customer_id uuid CONSTRAINT fk_orders_customer_id REFERENCES customers (id),
        channel varchar(64) COLLATE "C" NOT NULL,
        reference varchar(64) COLLATE "C",
        currency varchar(3) COLLATE "C" NOT NULL,
        status varchar(16) COLLATE "C" NOT NULL,
        placed_at timestamptz NOT NULL,
        subtotal numeric(18, 4) NOT NULL,
        tax numeric(18, 4) NOT NULL,
        shipping numeric(18, 4) NOT NULL,
        line_count integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        CONSTRAINT ck_orders_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_orders_status CHECK (status IN ('placed', 'cancelled')),
        CONSTRAINT ck_orders_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_orders_line_count CHECK (line_count >= 1),
        CONSTRAINT ck_orders_placed_at
            CHECK (placed_at >= '1900-01-01 00:00:00+00' AND placed_at <= '9998-12-31 00:00:00+00'),
        CONSTRAINT ck_orders_amounts CHECK (
            subtotal BETWEEN 0 AND 10000000000000
            AND tax BETWEEN 0 AND 10000000000000
            AND shipping BETWEEN 0 AND 10000000000000
        )
    )
    """,
    "CREATE UNIQUE INDEX uq_orders_reference_channel ON orders (reference, channel)",
    "CREATE INDEX ix_orders_placed_at ON orders (placed_at DESC, id DESC)",
    "CREATE INDEX ix_orders_created_at ON orders (created_at DESC, id DESC)",
    "CREATE INDEX ix_orders_updated_at ON orders (updated_at DESC, id DESC)",
    "CREATE INDEX ix_orders_customer_id_placed_at ON orders (customer_id, placed_at DESC, id DESC)",
    "CREATE INDEX ix_orders_status_placed_at ON orders (status, placed_at DESC, id DESC)",
    "CREATE INDEX ix_orders_channel_placed_at ON orders (channel, placed_at DESC, id DESC)",
    "CREATE INDEX ix_orders_currency_placed_at ON orders (currency, placed_at DESC, id DESC)",
    """
    CREATE TABLE order_lines (
        order_id uuid NOT NULL CONSTRAINT fk_order_lines_order_id REFERENCES orders (id),
        number integer NOT NULL,
        sku varchar(64) COLLATE "C" NOT NULL,
        book_id uuid CONSTRAINT fk_order_lines_book_id REFERENCES books (id),
        description varchar(255) COLLATE "C",
        quantity integer NOT NULL,
        unit_price numeric(18, 4) NOT NULL,
        discount numeric(18, 4) NOT NULL,
        amount numeric(18, 4) NOT NULL,
        returned integer NOT NULL,
        CONSTRAINT pk_order_lines PRIMARY KEY (order_id, number),
        CONSTRAINT ck_order_lines_number_from_1 CHECK (number >= 1),
        CONSTRAINT ck_order_lines_quantity_from_1 CHECK (quantity >= 1),
        CONSTRAINT ck_order_lines_returned_within_quantity CHECK (returned BETWEEN 0 AND quantity),
        CONSTRAINT ck_order_lines_amount_adds_up CHECK (amount = quantity * unit_price - discount),
        CONSTRAINT ck_order_lines_amounts CHECK (
            unit_price BETWEEN 0 AND 10000000000000
            AND discount BETWEEN 0 AND 10000000000000
            AND amount BETWEEN 0 AND 10000000000000
        )
    )
    """,
)

_RETURNS = (
    """
    CREATE TABLE returns (
        id uuid CONSTRAINT pk_returns PRIMARY KEY,
        order_id uuid CONSTRAINT fk_returns_order_id REFERENCES orders (id),
        customer_id uuid CONSTRAINT fk_returns_customer_id REFERENCES customers (id),
        channel varchar(64) COLLATE "C" NOT NULL,
        reference varchar(64) COLLATE "C",
        currency varchar(3) COLLATE "C" NOT NULL,
        returned_at timestamptz NOT NULL,
        total numeric(18, 4) NOT NULL,
        line_count integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        CONSTRAINT ck_returns_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_returns_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_returns_line_count CHECK (line_count >= 1),
        CONSTRAINT ck_returns_returned_at
            CHECK (returned_at >= '1900-01-01 00:00:00+00' AND returned_at <= '9998-12-31 00:00:00+00'),
        CONSTRAINT ck_returns_amounts CHECK (total BETWEEN 0 AND 10000000000000)
    )
    """,
    "CREATE UNIQUE INDEX uq_returns_reference_channel ON returns (reference, channel)",
    "CREATE INDEX ix_returns_returned_at ON returns (returned_at DESC, id DESC)",
    "CREATE INDEX ix_returns_created_at ON returns (created_at DESC, id DESC)",
    "CREATE INDEX ix_returns_order_id_returned_at ON returns (order_id, returned_at DESC, id DESC)",
    "CREATE INDEX ix_returns_customer_id_returned_at ON returns (customer_id, returned_at DESC, id DESC)",
    "CREATE INDEX ix_returns_channel_returned_at ON returns (channel, returned_at DESC, id DESC)",
    "CREATE INDEX ix_returns_currency_returned_at ON returns (currency, returned_at DESC, id DESC)",
    """
    CREATE TABLE return_lines (
        return_id uuid NOT NULL CONSTRAINT fk_return_lines_return_id REFERENCES returns (id),
        number integer NOT NULL,
        sku varchar(64) COLLATE "C" NOT NULL,
        book_id uuid CONSTRAINT fk_return_lines_book_id REFERENCES books (id),
        description varchar(255) COLLATE "C",
        quantity integer NOT NULL,
        unit_price numeric(18, 4) NOT NULL,
        amount numeric(18, 4) NOT NULL,
        order_line integer,
        CONSTRAINT pk_return_lines PRIMARY KEY (return_id, number),
        CONSTRAINT ck_return_lines_number_from_1 CHECK (number >= 1),
        CONSTRAINT ck_return_lines_quantity_from_1 CHECK (quantity >= 1),
        CONSTRAINT ck_return_lines_order_line_from_1 CHECK (order_line >= 1),
        CONSTRAINT ck_return_lines_amounts CHECK (
            unit_price BETWEEN 0 AND 10000000000000 AND amount BETWEEN 0 AND 10000000000000
        )
    )
    """,
)

_EVENTS = (
    """
    CREATE TABLE events (
        position bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_events PRIMARY KEY,
        type text COLLATE "C" NOT NULL,
        aggregate text COLLATE "C" NOT NULL,
        aggregate_id uuid NOT NULL,
        version integer NOT NULL,
        at timestamptz NOT NULL,
        by text COLLATE "C" NOT NULL,
        request_id text COLLATE "C",
        changed text[] NOT NULL,
        data jsonb NOT NULL
    )
    """,
)


def upgrade() -> None:
    """From an empty database."""
    for statement in (*_CUSTOMERS, *_BOOKS, *_ORDERS, *_RETURNS, *_EVENTS):
        op.execute(statement)


def downgrade() -> None:
    """To an empty database."""
    for table in ("events", "return_lines", "returns", "order_lines", "orders", "books", "customers"):
        op.execute(f"DROP TABLE {table}")

-- The tables of adapters/sql/tables.py as a warehouse has them. Ids are the 32 hexadecimal digits of a UUID, times are
-- kept in UTC, amounts are exact. Snowflake does not enforce keys: whoever loads de-duplicates.
-- search_tokens holds the words of a row with a space before, between and after them.
-- Text compares by its bytes, whatever collation the account gives to new tables.

CREATE TABLE IF NOT EXISTS customers (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(255),
    reference VARCHAR(64),
    email VARCHAR(254),
    phone VARCHAR(16),
    status VARCHAR(16) NOT NULL,
    tags ARRAY NOT NULL,
    metadata VARIANT NOT NULL,
    search_tokens VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL,
    deleted_at TIMESTAMP_TZ
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS books (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    title VARCHAR(255) NOT NULL,
    author VARCHAR(255) NOT NULL,
    isbn VARCHAR(13) NOT NULL,
    published_date VARCHAR(10),
    description VARCHAR,
    language VARCHAR(35),
    price_amount NUMBER(18, 4),
    price_currency VARCHAR(3),
    categories ARRAY NOT NULL,
    search_tokens VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL,
    deleted_at TIMESTAMP_TZ
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS orders (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    customer_id VARCHAR(32),
    channel VARCHAR(64) NOT NULL,
    reference VARCHAR(64),
    currency VARCHAR(3) NOT NULL,
    status VARCHAR(16) NOT NULL,
    placed_at TIMESTAMP_TZ NOT NULL,
    subtotal NUMBER(18, 4) NOT NULL,
    tax NUMBER(18, 4) NOT NULL,
    shipping NUMBER(18, 4) NOT NULL,
    line_count INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS order_lines (
    order_id VARCHAR(32) NOT NULL,
    number INTEGER NOT NULL,
    sku VARCHAR(64) NOT NULL,
    book_id VARCHAR(32),
    description VARCHAR(255),
    quantity INTEGER NOT NULL,
    unit_price NUMBER(18, 4) NOT NULL,
    discount NUMBER(18, 4) NOT NULL,
    amount NUMBER(18, 4) NOT NULL,
    returned INTEGER NOT NULL,
    PRIMARY KEY (order_id, number)
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS returns (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    order_id VARCHAR(32),
    customer_id VARCHAR(32),
    channel VARCHAR(64) NOT NULL,
    reference VARCHAR(64),
    currency VARCHAR(3) NOT NULL,
    returned_at TIMESTAMP_TZ NOT NULL,
    total NUMBER(18, 4) NOT NULL,
    line_count INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS return_lines (
    return_id VARCHAR(32) NOT NULL,
    number INTEGER NOT NULL,
    sku VARCHAR(64) NOT NULL,
    book_id VARCHAR(32),
    description VARCHAR(255),
    quantity INTEGER NOT NULL,
    unit_price NUMBER(18, 4) NOT NULL,
    amount NUMBER(18, 4) NOT NULL,
    order_line INTEGER,
    PRIMARY KEY (return_id, number)
) DEFAULT_DDL_COLLATION = '';

-- One row: up to which event the rows are, and how many loads changed them.
CREATE TABLE IF NOT EXISTS watermark (
    position INTEGER NOT NULL,
    loads INTEGER NOT NULL
);

INSERT INTO watermark (position, loads)
SELECT 0, 0 FROM (SELECT COUNT(*) AS present FROM watermark) AS counted WHERE counted.present = 0;

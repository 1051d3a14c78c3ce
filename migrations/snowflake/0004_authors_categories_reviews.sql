-- Who made books, the tree that they are sorted by, and what customers think of them. Which books an author made stands
-- in their contributors, and which are in a category among their search_tokens: neither has a table of its own here.

CREATE TABLE IF NOT EXISTS authors (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    name_key VARCHAR(255) NOT NULL,
    sort_name VARCHAR(300) NOT NULL,
    other_names ARRAY NOT NULL,
    born VARCHAR(10),
    died VARCHAR(10),
    merged_into VARCHAR(32),
    search_tokens VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL,
    deleted_at TIMESTAMP_TZ
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS categories (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    parent_id VARCHAR(32),
    name VARCHAR(100) NOT NULL,
    name_key VARCHAR(500) NOT NULL,
    slug VARCHAR(100) NOT NULL,
    path VARCHAR(500) NOT NULL,
    depth INTEGER NOT NULL,
    position INTEGER NOT NULL,
    code VARCHAR(40),
    description VARCHAR,
    search_tokens VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL,
    deleted_at TIMESTAMP_TZ
) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS reviews (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    book_id VARCHAR(32) NOT NULL,
    customer_id VARCHAR(32) NOT NULL,
    rating INTEGER NOT NULL,
    title VARCHAR(255),
    text VARCHAR,
    language VARCHAR(35),
    status VARCHAR(16) NOT NULL,
    reason VARCHAR(500),
    version INTEGER NOT NULL,
    created_at TIMESTAMP_TZ NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at TIMESTAMP_TZ NOT NULL,
    updated_by VARCHAR NOT NULL,
    deleted_at TIMESTAMP_TZ
) DEFAULT_DDL_COLLATION = '';

-- books.get
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.id = $1::UUID
-- id

-- books.get_many
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.id = ANY ($1::UUID[])
-- ids

-- books.get_by_isbn
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.isbn = $1::VARCHAR AND books.deleted_at IS NULL
-- isbn

-- books.find_by_isbns
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.isbn = ANY ($1::VARCHAR[]) AND books.deleted_at IS NULL
-- isbns

-- books.ids_by_isbn
SELECT books.isbn, books.id 
FROM books 
WHERE books.isbn = ANY ($1::VARCHAR[]) AND books.deleted_at IS NULL
-- isbns

-- authors.get
SELECT authors.id, authors.name, authors.name_key, authors.sort_name, authors.other_names, authors.born, authors.died, authors.merged_into, authors.version, authors.created_at, authors.created_by, authors.updated_at, authors.updated_by, authors.deleted_at 
FROM authors 
WHERE authors.id = $1::UUID
-- id

-- authors.find_by_keys
SELECT authors.id, authors.name, authors.name_key, authors.sort_name, authors.other_names, authors.born, authors.died, authors.merged_into, authors.version, authors.created_at, authors.created_by, authors.updated_at, authors.updated_by, authors.deleted_at 
FROM authors 
WHERE authors.name_key = ANY ($1::VARCHAR[]) AND authors.deleted_at IS NULL
-- keys

-- authors.find_by_ids

    WITH RECURSIVE led_to (start, key, id, merged_into) AS (
        SELECT id, name_key, id, merged_into FROM authors WHERE id = ANY($1::UUID[])
        UNION ALL
        SELECT led_to.start, led_to.key, authors.id, authors.merged_into
        FROM led_to JOIN authors ON authors.id = led_to.merged_into
    )
    SELECT led_to.start, led_to.key, led.id, led.name, led.name_key, led.sort_name, led.other_names, led.born, led.died, led.merged_into, led.version, led.created_at, led.created_by, led.updated_at, led.updated_by, led.deleted_at
    FROM led_to JOIN authors AS led ON led.id = led_to.id
    WHERE led_to.merged_into IS NULL AND led.deleted_at IS NULL
    ORDER BY led_to.start

-- ids

-- authors.find_merged_by_keys

    WITH RECURSIVE led_to (start, key, id, merged_into) AS (
        SELECT id, name_key, id, merged_into FROM authors WHERE name_key = ANY($1::VARCHAR[]) AND merged_into IS NOT NULL
        UNION ALL
        SELECT led_to.start, led_to.key, authors.id, authors.merged_into
        FROM led_to JOIN authors ON authors.id = led_to.merged_into
    )
    SELECT led_to.start, led_to.key, led.id, led.name, led.name_key, led.sort_name, led.other_names, led.born, led.died, led.merged_into, led.version, led.created_at, led.created_by, led.updated_at, led.updated_by, led.deleted_at
    FROM led_to JOIN authors AS led ON led.id = led_to.id
    WHERE led_to.merged_into IS NULL AND led.deleted_at IS NULL
    ORDER BY led_to.start

-- keys

-- customers.get
SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags, customers.metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at 
FROM customers 
WHERE customers.id = $1::UUID
-- id

-- customers.get_many
SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags, customers.metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at 
FROM customers 
WHERE customers.id = ANY ($1::UUID[])
-- ids

-- customers.find_by_references
SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags, customers.metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at 
FROM customers 
WHERE customers.reference = ANY ($1::VARCHAR[]) AND customers.deleted_at IS NULL
-- references

-- customers.find_by_emails
SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags, customers.metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at 
FROM customers 
WHERE customers.email = ANY ($1::VARCHAR[]) AND customers.deleted_at IS NULL
-- emails

-- orders.get
SELECT orders.id, orders.customer_id, orders.channel, orders.reference, orders.currency, orders.status, orders.placed_at, orders.subtotal, orders.tax, orders.shipping, orders.line_count, orders.version, orders.created_at, orders.created_by, orders.updated_at, orders.updated_by, order_lines.number, order_lines.sku, order_lines.book_id, order_lines.description, order_lines.quantity, order_lines.unit_price, order_lines.discount, order_lines.amount, order_lines.returned 
FROM orders JOIN order_lines ON order_lines.order_id = orders.id 
WHERE orders.id = $1::UUID ORDER BY order_lines.number
-- id

-- orders.find_by_references
SELECT orders.id, orders.customer_id, orders.channel, orders.reference, orders.currency, orders.status, orders.placed_at, orders.subtotal, orders.tax, orders.shipping, orders.line_count, orders.version, orders.created_at, orders.created_by, orders.updated_at, orders.updated_by 
FROM orders 
WHERE orders.channel = $1::VARCHAR AND orders.reference = ANY ($2::VARCHAR[])
-- channel, references

-- order_lines.of_many
SELECT order_lines.order_id, order_lines.number, order_lines.sku, order_lines.book_id, order_lines.description, order_lines.quantity, order_lines.unit_price, order_lines.discount, order_lines.amount, order_lines.returned 
FROM order_lines 
WHERE order_lines.order_id = ANY ($1::UUID[]) ORDER BY order_lines.order_id, order_lines.number
-- ids

-- returns.get
SELECT returns.id, returns.order_id, returns.customer_id, returns.channel, returns.reference, returns.currency, returns.returned_at, returns.total, returns.line_count, returns.version, returns.created_at, returns.created_by, returns.updated_at, returns.updated_by, return_lines.number, return_lines.sku, return_lines.book_id, return_lines.description, return_lines.quantity, return_lines.unit_price, return_lines.amount, return_lines.order_line 
FROM returns JOIN return_lines ON return_lines.return_id = returns.id 
WHERE returns.id = $1::UUID ORDER BY return_lines.number
-- id

-- returns.find_by_references
SELECT returns.id, returns.order_id, returns.customer_id, returns.channel, returns.reference, returns.currency, returns.returned_at, returns.total, returns.line_count, returns.version, returns.created_at, returns.created_by, returns.updated_at, returns.updated_by 
FROM returns 
WHERE returns.channel = $1::VARCHAR AND returns.reference = ANY ($2::VARCHAR[])
-- channel, references

-- return_lines.of_many
SELECT return_lines.return_id, return_lines.number, return_lines.sku, return_lines.book_id, return_lines.description, return_lines.quantity, return_lines.unit_price, return_lines.amount, return_lines.order_line 
FROM return_lines 
WHERE return_lines.return_id = ANY ($1::UUID[]) ORDER BY return_lines.return_id, return_lines.number
-- ids

-- books.merge
WITH taken AS 
(INSERT INTO books (id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count, rating_sum) SELECT added.id AS id, added.title AS title, added.author AS author, added.isbn AS isbn, added.published_date AS published_date, added.description AS description, added.language AS language, CAST(added.price_amount AS NUMERIC(18, 4)) AS price_amount, added.price_currency AS price_currency, CAST(added.categories AS TEXT[]) AS categories, array_to_tsvector(CAST(added.search_tokens AS TEXT[])) AS array_to_tsvector_1, added.version AS version, added.created_at AS created_at, added.created_by AS created_by, added.updated_at AS updated_at, added.updated_by AS updated_by, added.deleted_at AS deleted_at, added.subtitle AS subtitle, added.publisher AS publisher, added.edition AS edition, added.format AS format, added.pages AS pages, added.series AS series, added.series_position AS series_position, added.availability AS availability, CAST(added.contributors AS JSONB) AS contributors, added.rating_count AS rating_count, added.rating_sum AS rating_sum 
FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::TEXT[], $12::INTEGER[], $13::TIMESTAMP WITH TIME ZONE[], $14::TEXT[], $15::TIMESTAMP WITH TIME ZONE[], $16::TEXT[], $17::TIMESTAMP WITH TIME ZONE[], $18::TEXT[], $19::TEXT[], $20::TEXT[], $21::TEXT[], $22::INTEGER[], $23::TEXT[], $24::TEXT[], $25::TEXT[], $26::TEXT[], $27::INTEGER[], $28::INTEGER[]) AS added(id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count, rating_sum) ON CONFLICT (id) DO UPDATE SET title = excluded.title, author = excluded.author, isbn = excluded.isbn, published_date = excluded.published_date, description = excluded.description, language = excluded.language, price_amount = excluded.price_amount, price_currency = excluded.price_currency, categories = excluded.categories, search_tokens = excluded.search_tokens, version = excluded.version, created_at = excluded.created_at, created_by = excluded.created_by, updated_at = excluded.updated_at, updated_by = excluded.updated_by, deleted_at = excluded.deleted_at, subtitle = excluded.subtitle, publisher = excluded.publisher, edition = excluded.edition, format = excluded.format, pages = excluded.pages, series = excluded.series, series_position = excluded.series_position, availability = excluded.availability, contributors = excluded.contributors, rating_count = excluded.rating_count, rating_sum = excluded.rating_sum WHERE books.version < excluded.version OR $29::BOOLEAN AND books.version = excluded.version AND (books.contributors IS DISTINCT FROM excluded.contributors OR books.search_tokens IS DISTINCT FROM excluded.search_tokens OR books.rating_count IS DISTINCT FROM excluded.rating_count OR books.rating_sum IS DISTINCT FROM excluded.rating_sum) RETURNING books.id)
 SELECT count(*) AS count_1 
FROM taken
-- books_id, books_title, books_author, books_isbn, books_published_date, books_description, books_language, books_price_amount, books_price_currency, books_categories, books_search_tokens, books_version, books_created_at, books_created_by, books_updated_at, books_updated_by, books_deleted_at, books_subtitle, books_publisher, books_edition, books_format, books_pages, books_series, books_series_position, books_availability, books_contributors, books_rating_count, books_rating_sum, late

-- book_authors.relink

        WITH wanted AS (
            SELECT books.id, entry.place, CAST(entry.value ->> 'id' AS uuid) AS author_id,
                   entry.value ->> 'role' AS role
            FROM books, jsonb_array_elements(books.contributors) WITH ORDINALITY AS entry (value, place)
            WHERE books.id = ANY($1::UUID[])
        ), gone AS (
            DELETE FROM book_authors
            WHERE book_id = ANY($1::UUID[])
              AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = book_id AND wanted.place = book_authors.place)
        )
        INSERT INTO book_authors (book_id, place, author_id, role) SELECT id, place, author_id, role FROM wanted
        ON CONFLICT (book_id, place) DO UPDATE SET author_id = excluded.author_id, role = excluded.role
        WHERE book_authors.author_id <> excluded.author_id OR book_authors.role <> excluded.role
        
-- ids

-- customers.merge
WITH taken AS 
(INSERT INTO customers (id, name, reference, email, phone, status, tags, metadata, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, erased_at) SELECT added.id AS id, added.name AS name, added.reference AS reference, added.email AS email, added.phone AS phone, added.status AS status, CAST(added.tags AS TEXT[]) AS tags, CAST(added.metadata AS JSONB) AS metadata, array_to_tsvector(CAST(added.search_tokens AS TEXT[])) AS array_to_tsvector_1, added.version AS version, added.created_at AS created_at, added.created_by AS created_by, added.updated_at AS updated_at, added.updated_by AS updated_by, added.deleted_at AS deleted_at, added.erased_at AS erased_at 
FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::TEXT[], $9::TEXT[], $10::INTEGER[], $11::TIMESTAMP WITH TIME ZONE[], $12::TEXT[], $13::TIMESTAMP WITH TIME ZONE[], $14::TEXT[], $15::TIMESTAMP WITH TIME ZONE[], $16::TIMESTAMP WITH TIME ZONE[]) AS added(id, name, reference, email, phone, status, tags, metadata, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, erased_at) ON CONFLICT (id) DO UPDATE SET name = excluded.name, reference = excluded.reference, email = excluded.email, phone = excluded.phone, status = excluded.status, tags = excluded.tags, metadata = excluded.metadata, search_tokens = excluded.search_tokens, version = excluded.version, created_at = excluded.created_at, created_by = excluded.created_by, updated_at = excluded.updated_at, updated_by = excluded.updated_by, deleted_at = excluded.deleted_at, erased_at = excluded.erased_at WHERE customers.version < excluded.version RETURNING customers.id)
 SELECT count(*) AS count_1 
FROM taken
-- customers_id, customers_name, customers_reference, customers_email, customers_phone, customers_status, customers_tags, customers_metadata, customers_search_tokens, customers_version, customers_created_at, customers_created_by, customers_updated_at, customers_updated_by, customers_deleted_at, customers_erased_at

-- customers.set_aside
UPDATE customers SET deleted_at='infinity'::timestamptz FROM unnest($1::UUID[], $2::TEXT[]) AS owners(id, email) WHERE customers.email = owners.email AND customers.id != owners.id AND customers.deleted_at IS NULL
-- ids, keys_email

-- customers.set_aside
UPDATE customers SET deleted_at='infinity'::timestamptz FROM unnest($1::UUID[], $2::TEXT[]) AS owners(id, reference) WHERE customers.reference = owners.reference AND customers.id != owners.id AND customers.deleted_at IS NULL
-- ids, keys_reference

-- customers.put_back
UPDATE customers SET deleted_at=NULL WHERE customers.deleted_at = 'infinity'::timestamptz
-- 

-- orders.merge
WITH taken AS 
(INSERT INTO orders (id, customer_id, channel, reference, currency, status, placed_at, subtotal, tax, shipping, line_count, version, created_at, created_by, updated_at, updated_by) SELECT added.id AS id, added.customer_id AS customer_id, added.channel AS channel, added.reference AS reference, added.currency AS currency, added.status AS status, added.placed_at AS placed_at, CAST(added.subtotal AS NUMERIC(18, 4)) AS subtotal, CAST(added.tax AS NUMERIC(18, 4)) AS tax, CAST(added.shipping AS NUMERIC(18, 4)) AS shipping, added.line_count AS line_count, added.version AS version, added.created_at AS created_at, added.created_by AS created_by, added.updated_at AS updated_at, added.updated_by AS updated_by 
FROM unnest($1::UUID[], $2::UUID[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TIMESTAMP WITH TIME ZONE[], $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::INTEGER[], $12::INTEGER[], $13::TIMESTAMP WITH TIME ZONE[], $14::TEXT[], $15::TIMESTAMP WITH TIME ZONE[], $16::TEXT[]) AS added(id, customer_id, channel, reference, currency, status, placed_at, subtotal, tax, shipping, line_count, version, created_at, created_by, updated_at, updated_by) ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, channel = excluded.channel, reference = excluded.reference, currency = excluded.currency, status = excluded.status, placed_at = excluded.placed_at, subtotal = excluded.subtotal, tax = excluded.tax, shipping = excluded.shipping, line_count = excluded.line_count, version = excluded.version, created_at = excluded.created_at, created_by = excluded.created_by, updated_at = excluded.updated_at, updated_by = excluded.updated_by WHERE orders.version < excluded.version RETURNING orders.id), 
lines_taken AS 
(INSERT INTO order_lines (order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned) SELECT added.order_id AS order_id, added.number AS number, added.sku AS sku, added.book_id AS book_id, added.description AS description, added.quantity AS quantity, CAST(added.unit_price AS NUMERIC(18, 4)) AS unit_price, CAST(added.discount AS NUMERIC(18, 4)) AS discount, CAST(added.amount AS NUMERIC(18, 4)) AS amount, added.returned AS returned 
FROM taken JOIN unnest($17::UUID[], $18::INTEGER[], $19::TEXT[], $20::UUID[], $21::TEXT[], $22::INTEGER[], $23::TEXT[], $24::TEXT[], $25::TEXT[], $26::INTEGER[]) AS added(order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned) ON taken.id = added.order_id ON CONFLICT (order_id, number) DO UPDATE SET sku = excluded.sku, book_id = excluded.book_id, description = excluded.description, quantity = excluded.quantity, unit_price = excluded.unit_price, discount = excluded.discount, amount = excluded.amount, returned = excluded.returned)
 SELECT count(*) AS count_1 
FROM taken
-- orders_id, orders_customer_id, orders_channel, orders_reference, orders_currency, orders_status, orders_placed_at, orders_subtotal, orders_tax, orders_shipping, orders_line_count, orders_version, orders_created_at, orders_created_by, orders_updated_at, orders_updated_by, order_lines_order_id, order_lines_number, order_lines_sku, order_lines_book_id, order_lines_description, order_lines_quantity, order_lines_unit_price, order_lines_discount, order_lines_amount, order_lines_returned

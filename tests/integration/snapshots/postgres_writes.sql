-- customers.add+events.add
WITH customers_added AS 
(INSERT INTO customers (id, name, reference, email, phone, status, tags, metadata, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) VALUES ($1::UUID, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::TEXT[], $8::JSONB, $9::TEXT[], $10::INTEGER, $11::TIMESTAMP WITH TIME ZONE, $12::VARCHAR, $13::TIMESTAMP WITH TIME ZONE, $14::VARCHAR, $15::TIMESTAMP WITH TIME ZONE)), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) VALUES ($16::VARCHAR, $17::VARCHAR, $18::UUID, $19::INTEGER, $20::TIMESTAMP WITH TIME ZONE, $21::VARCHAR, $22::VARCHAR, $23::TEXT[], $24::JSONB))
 SELECT 1
-- customers_id, customers_name, customers_reference, customers_email, customers_phone, customers_status, customers_tags, customers_metadata, customers_search_tokens, customers_version, customers_created_at, customers_created_by, customers_updated_at, customers_updated_by, customers_deleted_at, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

-- books.add+events.add
WITH books_added AS 
(INSERT INTO books (id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) VALUES ($1::UUID, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::NUMERIC(18, 4), $9::VARCHAR, $10::TEXT[], $11::TEXT[], $12::INTEGER, $13::TIMESTAMP WITH TIME ZONE, $14::VARCHAR, $15::TIMESTAMP WITH TIME ZONE, $16::VARCHAR, $17::TIMESTAMP WITH TIME ZONE)), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) VALUES ($18::VARCHAR, $19::VARCHAR, $20::UUID, $21::INTEGER, $22::TIMESTAMP WITH TIME ZONE, $23::VARCHAR, $24::VARCHAR, $25::TEXT[], $26::JSONB))
 SELECT 1
-- books_id, books_title, books_author, books_isbn, books_published_date, books_description, books_language, books_price_amount, books_price_currency, books_categories, books_search_tokens, books_version, books_created_at, books_created_by, books_updated_at, books_updated_by, books_deleted_at, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

-- books.add_many+events.add_many
WITH books_added AS 
(INSERT INTO books (id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT added.id AS id, added.title AS title, added.author AS author, added.isbn AS isbn, added.published_date AS published_date, added.description AS description, added.language AS language, added.price_amount AS price_amount, added.price_currency AS price_currency, CAST(added.categories AS TEXT[]) AS categories, CAST(added.search_tokens AS TEXT[]) AS search_tokens, added.version AS version, added.created_at AS created_at, added.created_by AS created_by, added.updated_at AS updated_at, added.updated_by AS updated_by, added.deleted_at AS deleted_at 
FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::NUMERIC(18, 4)[], $9::TEXT[], $10::TEXT[], $11::TEXT[], $12::INTEGER[], $13::TIMESTAMP WITH TIME ZONE[], $14::TEXT[], $15::TIMESTAMP WITH TIME ZONE[], $16::TEXT[], $17::TIMESTAMP WITH TIME ZONE[]) AS added(id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at)), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) SELECT added.type AS type, added.aggregate AS aggregate, added.aggregate_id AS aggregate_id, added.version AS version, added.at AS at, added.by AS by, added.request_id AS request_id, CAST(added.changed AS TEXT[]) AS changed, CAST(added.data AS JSONB) AS data 
FROM unnest($18::TEXT[], $19::TEXT[], $20::UUID[], $21::INTEGER[], $22::TIMESTAMP WITH TIME ZONE[], $23::TEXT[], $24::TEXT[], $25::TEXT[], $26::TEXT[]) AS added(type, aggregate, aggregate_id, version, at, by, request_id, changed, data))
 SELECT 1
-- books_id, books_title, books_author, books_isbn, books_published_date, books_description, books_language, books_price_amount, books_price_currency, books_categories, books_search_tokens, books_version, books_created_at, books_created_by, books_updated_at, books_updated_by, books_deleted_at, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

-- books.save+events.add
WITH saved AS 
(UPDATE books SET title=$10::VARCHAR, author=$11::VARCHAR, isbn=$12::VARCHAR, published_date=$13::VARCHAR, description=$14::VARCHAR, language=$15::VARCHAR, price_amount=$16::NUMERIC(18, 4), price_currency=$17::VARCHAR, categories=$18::TEXT[], search_tokens=$19::TEXT[], version=$20::INTEGER, updated_at=$21::TIMESTAMP WITH TIME ZONE, updated_by=$22::VARCHAR, deleted_at=$23::TIMESTAMP WITH TIME ZONE WHERE books.id = $24::UUID AND books.version = $20::INTEGER - 1 RETURNING books.id), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) SELECT $1::VARCHAR AS anon_1, $2::VARCHAR AS anon_2, $3::UUID AS anon_3, $4::INTEGER AS anon_4, $5::TIMESTAMP WITH TIME ZONE AS anon_5, $6::VARCHAR AS anon_6, $7::VARCHAR AS anon_7, $8::TEXT[] AS anon_8, $9::JSONB AS anon_9 
FROM saved)
 SELECT count(*) AS count_1 
FROM saved
-- events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data, saved_title, saved_author, saved_isbn, saved_published_date, saved_description, saved_language, saved_price_amount, saved_price_currency, saved_categories, saved_search_tokens, saved_version, saved_updated_at, saved_updated_by, saved_deleted_at, saved_id

-- orders.add+events.add
WITH orders_added AS 
(INSERT INTO orders (id, customer_id, channel, reference, currency, status, placed_at, subtotal, tax, shipping, line_count, version, created_at, created_by, updated_at, updated_by) VALUES ($1::UUID, $2::UUID, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::TIMESTAMP WITH TIME ZONE, $8::NUMERIC(18, 4), $9::NUMERIC(18, 4), $10::NUMERIC(18, 4), $11::INTEGER, $12::INTEGER, $13::TIMESTAMP WITH TIME ZONE, $14::VARCHAR, $15::TIMESTAMP WITH TIME ZONE, $16::VARCHAR)), 
order_lines_added AS 
(INSERT INTO order_lines (order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned) SELECT added.order_id AS order_id, added.number AS number, added.sku AS sku, added.book_id AS book_id, added.description AS description, added.quantity AS quantity, added.unit_price AS unit_price, added.discount AS discount, added.amount AS amount, added.returned AS returned 
FROM unnest($17::UUID[], $18::INTEGER[], $19::TEXT[], $20::UUID[], $21::TEXT[], $22::INTEGER[], $23::NUMERIC(18, 4)[], $24::NUMERIC(18, 4)[], $25::NUMERIC(18, 4)[], $26::INTEGER[]) AS added(order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned)), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) VALUES ($27::VARCHAR, $28::VARCHAR, $29::UUID, $30::INTEGER, $31::TIMESTAMP WITH TIME ZONE, $32::VARCHAR, $33::VARCHAR, $34::TEXT[], $35::JSONB))
 SELECT 1
-- orders_id, orders_customer_id, orders_channel, orders_reference, orders_currency, orders_status, orders_placed_at, orders_subtotal, orders_tax, orders_shipping, orders_line_count, orders_version, orders_created_at, orders_created_by, orders_updated_at, orders_updated_by, order_lines_order_id, order_lines_number, order_lines_sku, order_lines_book_id, order_lines_description, order_lines_quantity, order_lines_unit_price, order_lines_discount, order_lines_amount, order_lines_returned, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

-- orders.add_many+events.add_many
WITH orders_added AS 
(INSERT INTO orders (id, customer_id, channel, reference, currency, status, placed_at, subtotal, tax, shipping, line_count, version, created_at, created_by, updated_at, updated_by) SELECT added.id AS id, added.customer_id AS customer_id, added.channel AS channel, added.reference AS reference, added.currency AS currency, added.status AS status, added.placed_at AS placed_at, added.subtotal AS subtotal, added.tax AS tax, added.shipping AS shipping, added.line_count AS line_count, added.version AS version, added.created_at AS created_at, added.created_by AS created_by, added.updated_at AS updated_at, added.updated_by AS updated_by 
FROM unnest($1::UUID[], $2::UUID[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TIMESTAMP WITH TIME ZONE[], $8::NUMERIC(18, 4)[], $9::NUMERIC(18, 4)[], $10::NUMERIC(18, 4)[], $11::INTEGER[], $12::INTEGER[], $13::TIMESTAMP WITH TIME ZONE[], $14::TEXT[], $15::TIMESTAMP WITH TIME ZONE[], $16::TEXT[]) AS added(id, customer_id, channel, reference, currency, status, placed_at, subtotal, tax, shipping, line_count, version, created_at, created_by, updated_at, updated_by)), 
order_lines_added AS 
(INSERT INTO order_lines (order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned) SELECT added.order_id AS order_id, added.number AS number, added.sku AS sku, added.book_id AS book_id, added.description AS description, added.quantity AS quantity, added.unit_price AS unit_price, added.discount AS discount, added.amount AS amount, added.returned AS returned 
FROM unnest($17::UUID[], $18::INTEGER[], $19::TEXT[], $20::UUID[], $21::TEXT[], $22::INTEGER[], $23::NUMERIC(18, 4)[], $24::NUMERIC(18, 4)[], $25::NUMERIC(18, 4)[], $26::INTEGER[]) AS added(order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned)), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) SELECT added.type AS type, added.aggregate AS aggregate, added.aggregate_id AS aggregate_id, added.version AS version, added.at AS at, added.by AS by, added.request_id AS request_id, CAST(added.changed AS TEXT[]) AS changed, CAST(added.data AS JSONB) AS data 
FROM unnest($27::TEXT[], $28::TEXT[], $29::UUID[], $30::INTEGER[], $31::TIMESTAMP WITH TIME ZONE[], $32::TEXT[], $33::TEXT[], $34::TEXT[], $35::TEXT[]) AS added(type, aggregate, aggregate_id, version, at, by, request_id, changed, data))
 SELECT 1
-- orders_id, orders_customer_id, orders_channel, orders_reference, orders_currency, orders_status, orders_placed_at, orders_subtotal, orders_tax, orders_shipping, orders_line_count, orders_version, orders_created_at, orders_created_by, orders_updated_at, orders_updated_by, order_lines_order_id, order_lines_number, order_lines_sku, order_lines_book_id, order_lines_description, order_lines_quantity, order_lines_unit_price, order_lines_discount, order_lines_amount, order_lines_returned, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

-- orders.save+events.add
WITH saved AS 
(UPDATE orders SET status=$1::VARCHAR, version=$2::INTEGER, updated_at=$3::TIMESTAMP WITH TIME ZONE, updated_by=$4::VARCHAR WHERE orders.id = $5::UUID AND orders.version = $2::INTEGER - 1 RETURNING orders.id), 
lines_saved AS 
(UPDATE order_lines SET returned=changed.value FROM saved, unnest($6::INTEGER[], $7::INTEGER[]) AS changed(number, value) WHERE order_lines.order_id = saved.id AND order_lines.number = changed.number AND order_lines.returned != changed.value), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) SELECT $8::VARCHAR AS anon_1, $9::VARCHAR AS anon_2, $10::UUID AS anon_3, $11::INTEGER AS anon_4, $12::TIMESTAMP WITH TIME ZONE AS anon_5, $13::VARCHAR AS anon_6, $14::VARCHAR AS anon_7, $15::TEXT[] AS anon_8, $16::JSONB AS anon_9 
FROM saved)
 SELECT count(*) AS count_1 
FROM saved
-- saved_status, saved_version, saved_updated_at, saved_updated_by, saved_id, saved_numbers, saved_values, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

-- orders.save+returns.add+events.add_many
WITH saved AS 
(UPDATE orders SET status=$1::VARCHAR, version=$2::INTEGER, updated_at=$3::TIMESTAMP WITH TIME ZONE, updated_by=$4::VARCHAR WHERE orders.id = $5::UUID AND orders.version = $2::INTEGER - 1 RETURNING orders.id), 
lines_saved AS 
(UPDATE order_lines SET returned=changed.value FROM saved, unnest($6::INTEGER[], $7::INTEGER[]) AS changed(number, value) WHERE order_lines.order_id = saved.id AND order_lines.number = changed.number AND order_lines.returned != changed.value), 
returns_added AS 
(INSERT INTO returns (id, order_id, customer_id, channel, reference, currency, returned_at, total, line_count, version, created_at, created_by, updated_at, updated_by) SELECT $8::UUID AS anon_1, $9::UUID AS anon_2, $10::UUID AS anon_3, $11::VARCHAR AS anon_4, $12::VARCHAR AS anon_5, $13::VARCHAR AS anon_6, $14::TIMESTAMP WITH TIME ZONE AS anon_7, $15::NUMERIC(18, 4) AS anon_8, $16::INTEGER AS anon_9, $17::INTEGER AS anon_10, $18::TIMESTAMP WITH TIME ZONE AS anon_11, $19::VARCHAR AS anon_12, $20::TIMESTAMP WITH TIME ZONE AS anon_13, $21::VARCHAR AS anon_14 
FROM saved), 
return_lines_added AS 
(INSERT INTO return_lines (return_id, number, sku, book_id, description, quantity, unit_price, amount, order_line) SELECT added.return_id AS return_id, added.number AS number, added.sku AS sku, added.book_id AS book_id, added.description AS description, added.quantity AS quantity, added.unit_price AS unit_price, added.amount AS amount, added.order_line AS order_line 
FROM saved JOIN unnest($22::UUID[], $23::INTEGER[], $24::TEXT[], $25::UUID[], $26::TEXT[], $27::INTEGER[], $28::NUMERIC(18, 4)[], $29::NUMERIC(18, 4)[], $30::INTEGER[]) AS added(return_id, number, sku, book_id, description, quantity, unit_price, amount, order_line) ON true), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) SELECT added.type AS type, added.aggregate AS aggregate, added.aggregate_id AS aggregate_id, added.version AS version, added.at AS at, added.by AS by, added.request_id AS request_id, CAST(added.changed AS TEXT[]) AS changed, CAST(added.data AS JSONB) AS data 
FROM saved JOIN unnest($31::TEXT[], $32::TEXT[], $33::UUID[], $34::INTEGER[], $35::TIMESTAMP WITH TIME ZONE[], $36::TEXT[], $37::TEXT[], $38::TEXT[], $39::TEXT[]) AS added(type, aggregate, aggregate_id, version, at, by, request_id, changed, data) ON true)
 SELECT count(*) AS count_1 
FROM saved
-- saved_status, saved_version, saved_updated_at, saved_updated_by, saved_id, saved_numbers, saved_values, returns_id, returns_order_id, returns_customer_id, returns_channel, returns_reference, returns_currency, returns_returned_at, returns_total, returns_line_count, returns_version, returns_created_at, returns_created_by, returns_updated_at, returns_updated_by, return_lines_return_id, return_lines_number, return_lines_sku, return_lines_book_id, return_lines_description, return_lines_quantity, return_lines_unit_price, return_lines_amount, return_lines_order_line, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data

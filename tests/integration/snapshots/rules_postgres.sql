-- items by product, everything
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $5::BIGINT) AS enough)
 SELECT frequent.key, names.name, frequent.baskets
FROM frequent JOIN (SELECT lines.sku AS sku, coalesce(max((books.title COLLATE "C")), max((lines.description COLLATE "C"))) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold UNION ALL SELECT returned.sku AS sku, returned.book_id AS book_id, returned.description AS description
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS lines LEFT OUTER JOIN books ON books.id = lines.book_id GROUP BY lines.sku) AS names ON names.sku = frequent.key ORDER BY (frequent.key COLLATE "C")

-- item sets by product, everything
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $5::BIGINT) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT string_agg(CAST(frequent.item AS TEXT), ',' ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by author, everything
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $5::BIGINT) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY (frequent.key COLLATE "C")

-- item sets by author, everything
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $5::BIGINT) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT string_agg(CAST(frequent.item AS TEXT), ',' ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by category, everything
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $5::BIGINT) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY (frequent.key COLLATE "C")

-- item sets by category, everything
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $5::BIGINT) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT string_agg(CAST(frequent.item AS TEXT), ',' ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- movements of product by revenue, everything
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 4))) AS value, sum(CAST(parts.before AS NUMERIC(38, 4))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($6::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($6::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $7::INTEGER

-- movements of author by units, everything
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($6::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($6::DATE AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $7::INTEGER

-- movements of category by orders, everything
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_2) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.order_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($6::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_3.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_3) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($6::DATE AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_4.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_4) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $7::INTEGER

-- movements of product by customers, everything
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.customer_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.customer_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($6::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($6::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $7::INTEGER

-- items by product, least
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $7::BIGINT) AS enough)
 SELECT frequent.key, names.name, frequent.baskets
FROM frequent JOIN (SELECT lines.sku AS sku, coalesce(max((books.title COLLATE "C")), max((lines.description COLLATE "C"))) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS lines LEFT OUTER JOIN books ON books.id = lines.book_id GROUP BY lines.sku) AS names ON names.sku = frequent.key ORDER BY (frequent.key COLLATE "C")

-- item sets by product, least
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $7::BIGINT) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT string_agg(CAST(frequent.item AS TEXT), ',' ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by author, least
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $7::BIGINT) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY (frequent.key COLLATE "C")

-- item sets by author, least
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $7::BIGINT) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT string_agg(CAST(frequent.item AS TEXT), ',' ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by category, least
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $7::BIGINT) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY (frequent.key COLLATE "C")

-- item sets by category, least
WITH held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY (enough.key COLLATE "C")) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= $7::BIGINT) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT string_agg(CAST(frequent.item AS TEXT), ',' ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- movements of product by revenue, least
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 4))) AS value, sum(CAST(parts.before AS NUMERIC(38, 4))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $7::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($8::DATE AS DATE) AND orders.placed_at >= $9::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($10::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $11::INTEGER

-- movements of author by units, least
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $7::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($8::DATE AS DATE) AND orders.placed_at >= $9::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($10::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $11::INTEGER

-- movements of category by orders, least
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.order_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $7::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($8::DATE AS DATE) AND orders.placed_at >= $9::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($10::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_2) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $11::INTEGER

-- movements of product by customers, least
SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.customer_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.customer_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $7::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($8::DATE AS DATE) AND orders.placed_at >= $9::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($10::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, (moved.key COLLATE "C")
 LIMIT $11::INTEGER

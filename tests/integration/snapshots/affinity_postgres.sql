-- customer
SELECT customers.id
FROM customers
WHERE customers.id = $1::UUID AND customers.deleted_at IS NULL

-- units by basket, everything
SELECT count(*) AS units
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases

-- pairs within basket, everything
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within basket, everything
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE right(CAST(keyed.order_id AS VARCHAR), $5::INTEGER) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $6::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- units by customer, everything
SELECT count(*) AS units
FROM (SELECT DISTINCT sold.customer_id AS customer_id
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.customer_id IS NOT NULL) AS owners

-- pairs within customer, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within customer, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL AND right(CAST(keyed.customer_id AS VARCHAR), $5::INTEGER) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $6::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs of product, everything
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $5::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= $6::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $6::INTEGER

-- pairs of author, everything
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $5::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= $6::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $6::INTEGER

-- pairs of category, everything
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $5::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= $6::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $6::INTEGER

-- neighbours of all, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
together AS
(SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $5::BIGINT)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, near.n_ab AS n_ij
FROM (SELECT ranked.item AS item, ranked.other AS other, ranked.n_ab AS n_ab, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.item, ranked.part, ranked.whole ORDER BY ranked.other) AS tie
FROM (SELECT measured.item AS item, measured.other AS other, measured.n_ab AS n_ab, measured.part AS part, measured.whole AS whole, rank() OVER (PARTITION BY measured.item ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT sides.item AS item, sides.other AS other, sides.n_ab AS n_ab, sides.n_ab * sides.n_ab AS part, other.n AS whole
FROM (SELECT together.item_a AS item, together.item_b AS other, together.n_ab AS n_ab
FROM together UNION ALL SELECT together.item_b AS item_b, together.item_a AS item_a, together.n_ab AS n_ab
FROM together) AS sides JOIN frequent AS other ON other.item = sides.other) AS measured) AS ranked
WHERE ranked.rank <= $6::INTEGER) AS near JOIN frequent AS i ON i.item = near.item JOIN frequent AS j ON j.item = near.other
WHERE near.tie <= $6::INTEGER

-- popular, all, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = $5::UUID)
 SELECT counted.key, counted.customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, (counted.key COLLATE "C")
 LIMIT $6::INTEGER

-- neighbours of one, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
sharing AS
(SELECT items.owner AS owner
FROM items
WHERE items.key = $5::VARCHAR),
counted AS
(SELECT items.key AS key, count(*) AS n, count(sharing.owner) AS n_ij
FROM items LEFT OUTER JOIN sharing ON sharing.owner = items.owner GROUP BY items.key)
 SELECT own.key, near.neighbour, own.n AS n_i, near.n_j, near.n_ij
FROM (SELECT ranked.neighbour AS neighbour, ranked.n_j AS n_j, ranked.n_ij AS n_ij, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.neighbour) AS tie
FROM (SELECT measured.neighbour AS neighbour, measured.n_j AS n_j, measured.n_ij AS n_ij, measured.part AS part, measured.whole AS whole, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT (other.key COLLATE "C") AS neighbour, other.n AS n_j, other.n_ij AS n_ij, other.n_ij * other.n_ij AS part, other.n AS whole
FROM counted AS other
WHERE other.key != $5::VARCHAR AND other.n_ij >= $6::BIGINT) AS measured) AS ranked
WHERE ranked.rank <= $7::INTEGER) AS near JOIN counted AS own ON own.key = $5::VARCHAR
WHERE near.tie <= $7::INTEGER

-- popular, one, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = $5::UUID),
shelves AS
(SELECT DISTINCT shelved.sku AS key, shelved.key AS category
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved JOIN (SELECT DISTINCT shelved.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved
WHERE shelved.customer_id = $5::UUID) AS own_categories ON own_categories.key = shelved.key)
 SELECT first.key, first.customers, shelves.category
FROM (SELECT counted.key AS key, counted.customers AS customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key JOIN (SELECT DISTINCT shelves.key AS key
FROM shelves) AS found ON found.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, (counted.key COLLATE "C")
 LIMIT $6::INTEGER) AS first JOIN shelves ON shelves.key = first.key

-- pairs beside, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = $6::UUID)
 SELECT sum(CAST(sizes.shared * (sizes.size - sizes.shared) AS NUMERIC(38, 0))) AS pairs
FROM (SELECT count(bought.item) AS shared, count(*) AS size
FROM kept LEFT OUTER JOIN bought ON bought.item = kept.item GROUP BY kept.owner) AS sizes

-- beside, everything
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $5::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = $6::UUID)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, sides.n_ab AS n_ij
FROM (SELECT shared.item AS item, of_other.item AS other, count(*) AS n_ab
FROM (SELECT DISTINCT kept.owner AS owner, kept.item AS item
FROM kept JOIN bought ON bought.item = kept.item) AS shared JOIN kept AS of_other ON of_other.owner = shared.owner AND of_other.item != shared.item GROUP BY shared.item, of_other.item
HAVING count(*) >= $5::BIGINT) AS sides JOIN frequent AS i ON i.item = sides.item JOIN frequent AS j ON j.item = sides.other LEFT OUTER JOIN bought AS own ON own.item = sides.other
WHERE own.item IS NULL

-- bought, everything
SELECT count(*) AS products
FROM (SELECT DISTINCT sold.sku AS sku
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.customer_id = $5::UUID) AS bought

-- names, everything
SELECT named.sku AS key, coalesce(max((books.title COLLATE "C")), max((named.description COLLATE "C"))) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.sku IN (SELECT jsonb_array_elements_text(CAST($5::VARCHAR AS JSONB))) UNION ALL SELECT returned.sku AS sku, returned.book_id AS book_id, returned.description AS description
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.sku IN (SELECT jsonb_array_elements_text(CAST($5::VARCHAR AS JSONB)))) AS named LEFT OUTER JOIN books ON books.id = named.book_id GROUP BY named.sku

-- units by basket, least
SELECT count(*) AS units
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases

-- pairs within basket, least
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within basket, least
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE right(CAST(keyed.order_id AS VARCHAR), $7::INTEGER) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $8::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- units by customer, least
SELECT count(*) AS units
FROM (SELECT DISTINCT sold.customer_id AS customer_id
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.customer_id IS NOT NULL) AS owners

-- pairs within customer, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within customer, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL AND right(CAST(keyed.customer_id AS VARCHAR), $7::INTEGER) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $8::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs of product, least
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= $8::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $8::INTEGER

-- pairs of author, least
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= $8::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $8::INTEGER

-- pairs of category, least
WITH items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= $8::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $8::INTEGER

-- neighbours of all, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
together AS
(SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, near.n_ab AS n_ij
FROM (SELECT ranked.item AS item, ranked.other AS other, ranked.n_ab AS n_ab, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.item, ranked.part, ranked.whole ORDER BY ranked.other) AS tie
FROM (SELECT measured.item AS item, measured.other AS other, measured.n_ab AS n_ab, measured.part AS part, measured.whole AS whole, rank() OVER (PARTITION BY measured.item ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT sides.item AS item, sides.other AS other, sides.n_ab AS n_ab, sides.n_ab * sides.n_ab AS part, other.n AS whole
FROM (SELECT together.item_a AS item, together.item_b AS other, together.n_ab AS n_ab
FROM together UNION ALL SELECT together.item_b AS item_b, together.item_a AS item_a, together.n_ab AS n_ab
FROM together) AS sides JOIN frequent AS other ON other.item = sides.other) AS measured) AS ranked
WHERE ranked.rank <= $8::INTEGER) AS near JOIN frequent AS i ON i.item = near.item JOIN frequent AS j ON j.item = near.other
WHERE near.tie <= $8::INTEGER

-- popular, all, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = $7::UUID)
 SELECT counted.key, counted.customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, (counted.key COLLATE "C")
 LIMIT $8::INTEGER

-- neighbours of one, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
sharing AS
(SELECT items.owner AS owner
FROM items
WHERE items.key = $7::VARCHAR),
counted AS
(SELECT items.key AS key, count(*) AS n, count(sharing.owner) AS n_ij
FROM items LEFT OUTER JOIN sharing ON sharing.owner = items.owner GROUP BY items.key)
 SELECT own.key, near.neighbour, own.n AS n_i, near.n_j, near.n_ij
FROM (SELECT ranked.neighbour AS neighbour, ranked.n_j AS n_j, ranked.n_ij AS n_ij, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.neighbour) AS tie
FROM (SELECT measured.neighbour AS neighbour, measured.n_j AS n_j, measured.n_ij AS n_ij, measured.part AS part, measured.whole AS whole, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT (other.key COLLATE "C") AS neighbour, other.n AS n_j, other.n_ij AS n_ij, other.n_ij * other.n_ij AS part, other.n AS whole
FROM counted AS other
WHERE other.key != $7::VARCHAR AND other.n_ij >= $8::BIGINT) AS measured) AS ranked
WHERE ranked.rank <= $9::INTEGER) AS near JOIN counted AS own ON own.key = $7::VARCHAR
WHERE near.tie <= $9::INTEGER

-- popular, one, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = $7::UUID),
shelves AS
(SELECT DISTINCT shelved.sku AS key, shelved.key AS category
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved JOIN (SELECT DISTINCT shelved.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved
WHERE shelved.customer_id = $7::UUID) AS own_categories ON own_categories.key = shelved.key)
 SELECT first.key, first.customers, shelves.category
FROM (SELECT counted.key AS key, counted.customers AS customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key JOIN (SELECT DISTINCT shelves.key AS key
FROM shelves) AS found ON found.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, (counted.key COLLATE "C")
 LIMIT $8::INTEGER) AS first JOIN shelves ON shelves.key = first.key

-- pairs beside, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = $8::UUID)
 SELECT sum(CAST(sizes.shared * (sizes.size - sizes.shared) AS NUMERIC(38, 0))) AS pairs
FROM (SELECT count(bought.item) AS shared, count(*) AS size
FROM kept LEFT OUTER JOIN bought ON bought.item = kept.item GROUP BY kept.owner) AS sizes

-- beside, least
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = $8::UUID)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, sides.n_ab AS n_ij
FROM (SELECT shared.item AS item, of_other.item AS other, count(*) AS n_ab
FROM (SELECT DISTINCT kept.owner AS owner, kept.item AS item
FROM kept JOIN bought ON bought.item = kept.item) AS shared JOIN kept AS of_other ON of_other.owner = shared.owner AND of_other.item != shared.item GROUP BY shared.item, of_other.item
HAVING count(*) >= $7::BIGINT) AS sides JOIN frequent AS i ON i.item = sides.item JOIN frequent AS j ON j.item = sides.other LEFT OUTER JOIN bought AS own ON own.item = sides.other
WHERE own.item IS NULL

-- bought, least
SELECT count(*) AS products
FROM (SELECT DISTINCT sold.sku AS sku
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.customer_id = $7::UUID) AS bought

-- names, least
SELECT named.sku AS key, coalesce(max((books.title COLLATE "C")), max((named.description COLLATE "C"))) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.sku IN (SELECT jsonb_array_elements_text(CAST($7::VARCHAR AS JSONB)))) AS named LEFT OUTER JOIN books ON books.id = named.book_id GROUP BY named.sku

-- pairs of customers by support
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, 1 AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($8::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $10::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $10::INTEGER

-- pairs of customers by confidence
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($8::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $10::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $10::INTEGER

-- pairs of customers by lift
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($8::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0)) AND CAST(CAST(pairs.n_ab AS NUMERIC(38, 0)) * $10::BIGINT AS NUMERIC(38, 0)) * CAST($11::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CAST(pairs.n_a AS NUMERIC(38, 0)) * pairs.n_b AS NUMERIC(38, 0)) * CAST($12::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $13::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $13::INTEGER

-- pairs of customers by leverage
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($5::DATE AS DATE) AND orders.placed_at >= $6::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) >= CAST($7::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $8::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, $1::BIGINT * pairs.n_ab - pairs.n_a * pairs.n_b AS part, 1 AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $8::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($10::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $11::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $11::INTEGER

-- pairs of customers by conviction
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($5::DATE AS DATE) AND orders.placed_at >= $6::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) >= CAST($7::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $8::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab - CASE WHEN ((pairs.n_a <= pairs.n_b) = ($1::BIGINT * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_a ELSE pairs.n_b END AS part, CASE WHEN (pairs.n_ab < CASE WHEN ((pairs.n_a <= pairs.n_b) = ($1::BIGINT * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_a ELSE pairs.n_b END) THEN CASE WHEN ((pairs.n_a <= pairs.n_b) = ($1::BIGINT * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_a ELSE pairs.n_b END * ($1::BIGINT - CASE WHEN ((pairs.n_a <= pairs.n_b) = ($1::BIGINT * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_b ELSE pairs.n_a END) ELSE 1 END AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $8::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($10::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $11::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $11::INTEGER

-- pairs of customers by jaccard
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab AS part, (pairs.n_a + pairs.n_b) - pairs.n_ab AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($8::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $10::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $10::INTEGER

-- pairs of customers by cosine
WITH items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY (counted.key COLLATE "C")) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= $7::BIGINT) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab * pairs.n_ab AS part, pairs.n_a * pairs.n_b AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= $7::BIGINT) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST($8::NUMERIC(38, 0) AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST($9::NUMERIC(38, 0) AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= $10::INTEGER) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= $10::INTEGER

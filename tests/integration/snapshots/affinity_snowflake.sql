-- customer
WITH customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT customers.id
FROM customers
WHERE customers.id = %(customer)s AND customers.deleted_at IS NULL

-- units by basket, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS units
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases

-- pairs within basket, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within basket, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE right(CAST(keyed.order_id AS VARCHAR), %(right_1)s) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- units by customer, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS units
FROM (SELECT DISTINCT sold.customer_id AS customer_id
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.customer_id IS NOT NULL) AS owners

-- pairs within customer, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within customer, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL AND right(CAST(keyed.customer_id AS VARCHAR), %(right_1)s) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs of product, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of author, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of category, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- neighbours of all, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
together AS
(SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= %(least)s)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, near.n_ab AS n_ij
FROM (SELECT ranked.item AS item, ranked.other AS other, ranked.n_ab AS n_ab, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.item, ranked.part, ranked.whole ORDER BY ranked.other) AS tie
FROM (SELECT measured.item AS item, measured.other AS other, measured.n_ab AS n_ab, measured.part AS part, measured.whole AS whole, rank() OVER (PARTITION BY measured.item ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT sides.item AS item, sides.other AS other, sides.n_ab AS n_ab, sides.n_ab * sides.n_ab AS part, other.n AS whole
FROM (SELECT together.item_a AS item, together.item_b AS other, together.n_ab AS n_ab
FROM together UNION ALL SELECT together.item_b AS item_b, together.item_a AS item_a, together.n_ab AS n_ab
FROM together) AS sides JOIN frequent AS other ON other.item = sides.other) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS i ON i.item = near.item JOIN frequent AS j ON j.item = near.other
WHERE near.tie <= %(limit)s

-- popular, all, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = %(customer)s)
 SELECT counted.key, counted.customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, counted.key
 LIMIT %(limit)s

-- neighbours of one, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
sharing AS
(SELECT items.owner AS owner
FROM items
WHERE items.key = %(product)s),
counted AS
(SELECT items.key AS key, count(*) AS n, count(sharing.owner) AS n_ij
FROM items LEFT OUTER JOIN sharing ON sharing.owner = items.owner GROUP BY items.key)
 SELECT own.key, near.neighbour, own.n AS n_i, near.n_j, near.n_ij
FROM (SELECT ranked.neighbour AS neighbour, ranked.n_j AS n_j, ranked.n_ij AS n_ij, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.neighbour) AS tie
FROM (SELECT measured.neighbour AS neighbour, measured.n_j AS n_j, measured.n_ij AS n_ij, measured.part AS part, measured.whole AS whole, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT other.key AS neighbour, other.n AS n_j, other.n_ij AS n_ij, other.n_ij * other.n_ij AS part, other.n AS whole
FROM counted AS other
WHERE other.key != %(product)s AND other.n_ij >= %(least)s) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN counted AS own ON own.key = %(product)s
WHERE near.tie <= %(limit)s

-- popular, one, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = %(customer)s),
shelves AS
(SELECT DISTINCT shelved.sku AS key, shelved.key AS category
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved JOIN (SELECT DISTINCT shelved.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved
WHERE shelved.customer_id = %(customer)s) AS own_categories ON own_categories.key = shelved.key)
 SELECT first.key, first.customers, shelves.category
FROM (SELECT counted.key AS key, counted.customers AS customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key JOIN (SELECT DISTINCT shelves.key AS key
FROM shelves) AS found ON found.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, counted.key
 LIMIT %(limit)s) AS first JOIN shelves ON shelves.key = first.key

-- pairs beside, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = %(customer)s)
 SELECT sum(CAST(sizes.shared * (sizes.size - sizes.shared) AS NUMERIC(38, 0))) AS pairs
FROM (SELECT count(bought.item) AS shared, count(*) AS size
FROM kept LEFT OUTER JOIN bought ON bought.item = kept.item GROUP BY kept.owner) AS sizes

-- beside, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = %(customer)s)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, sides.n_ab AS n_ij
FROM (SELECT shared.item AS item, of_other.item AS other, count(*) AS n_ab
FROM (SELECT DISTINCT kept.owner AS owner, kept.item AS item
FROM kept JOIN bought ON bought.item = kept.item) AS shared JOIN kept AS of_other ON of_other.owner = shared.owner AND of_other.item != shared.item GROUP BY shared.item, of_other.item
HAVING count(*) >= %(least)s) AS sides JOIN frequent AS i ON i.item = sides.item JOIN frequent AS j ON j.item = sides.other LEFT OUTER JOIN bought AS own ON own.item = sides.other
WHERE own.item IS NULL

-- bought, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS products
FROM (SELECT DISTINCT sold.sku AS sku
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.customer_id = %(customer)s) AS bought

-- names, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT named.sku AS key, coalesce(max(books.title), max(named.description)) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.sku IN (SELECT CAST(each.value AS VARCHAR) FROM TABLE(FLATTEN(input => PARSE_JSON(%(keys)s))) AS each) UNION ALL SELECT returned.sku AS sku, returned.book_id AS book_id, returned.description AS description
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.sku IN (SELECT CAST(each.value AS VARCHAR) FROM TABLE(FLATTEN(input => PARSE_JSON(%(keys)s))) AS each)) AS named LEFT OUTER JOIN books ON books.id = named.book_id GROUP BY named.sku

-- units by basket, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS units
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases

-- pairs within basket, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within basket, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE right(CAST(keyed.order_id AS VARCHAR), %(right_1)s) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- units by customer, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS units
FROM (SELECT DISTINCT sold.customer_id AS customer_id
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.customer_id IS NOT NULL) AS owners

-- pairs within customer, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs in part within customer, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL AND right(CAST(keyed.customer_id AS VARCHAR), %(right_1)s) = '0'),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT sum(CAST(sizes.size * (sizes.size - 1) AS NUMERIC(38, 0))) AS twice
FROM (SELECT count(*) AS size
FROM kept GROUP BY kept.owner) AS sizes

-- pairs of product, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of author, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of category, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.order_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- neighbours of all, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
together AS
(SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= %(least)s)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, near.n_ab AS n_ij
FROM (SELECT ranked.item AS item, ranked.other AS other, ranked.n_ab AS n_ab, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.item, ranked.part, ranked.whole ORDER BY ranked.other) AS tie
FROM (SELECT measured.item AS item, measured.other AS other, measured.n_ab AS n_ab, measured.part AS part, measured.whole AS whole, rank() OVER (PARTITION BY measured.item ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT sides.item AS item, sides.other AS other, sides.n_ab AS n_ab, sides.n_ab * sides.n_ab AS part, other.n AS whole
FROM (SELECT together.item_a AS item, together.item_b AS other, together.n_ab AS n_ab
FROM together UNION ALL SELECT together.item_b AS item_b, together.item_a AS item_a, together.n_ab AS n_ab
FROM together) AS sides JOIN frequent AS other ON other.item = sides.other) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS i ON i.item = near.item JOIN frequent AS j ON j.item = near.other
WHERE near.tie <= %(limit)s

-- popular, all, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = %(customer)s)
 SELECT counted.key, counted.customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, counted.key
 LIMIT %(limit)s

-- neighbours of one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
sharing AS
(SELECT items.owner AS owner
FROM items
WHERE items.key = %(product)s),
counted AS
(SELECT items.key AS key, count(*) AS n, count(sharing.owner) AS n_ij
FROM items LEFT OUTER JOIN sharing ON sharing.owner = items.owner GROUP BY items.key)
 SELECT own.key, near.neighbour, own.n AS n_i, near.n_j, near.n_ij
FROM (SELECT ranked.neighbour AS neighbour, ranked.n_j AS n_j, ranked.n_ij AS n_ij, ranked.part AS part, ranked.whole AS whole, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.neighbour) AS tie
FROM (SELECT measured.neighbour AS neighbour, measured.n_j AS n_j, measured.n_ij AS n_ij, measured.part AS part, measured.whole AS whole, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT other.key AS neighbour, other.n AS n_j, other.n_ij AS n_ij, other.n_ij * other.n_ij AS part, other.n AS whole
FROM counted AS other
WHERE other.key != %(product)s AND other.n_ij >= %(least)s) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN counted AS own ON own.key = %(product)s
WHERE near.tie <= %(limit)s

-- popular, one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
own AS
(SELECT items.key AS key
FROM items
WHERE items.owner = %(customer)s),
shelves AS
(SELECT DISTINCT shelved.sku AS key, shelved.key AS category
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved JOIN (SELECT DISTINCT shelved.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS shelved
WHERE shelved.customer_id = %(customer)s) AS own_categories ON own_categories.key = shelved.key)
 SELECT first.key, first.customers, shelves.category
FROM (SELECT counted.key AS key, counted.customers AS customers
FROM (SELECT items.key AS key, count(*) AS customers
FROM items GROUP BY items.key) AS counted LEFT OUTER JOIN own ON own.key = counted.key JOIN (SELECT DISTINCT shelves.key AS key
FROM shelves) AS found ON found.key = counted.key
WHERE own.key IS NULL ORDER BY counted.customers DESC, counted.key
 LIMIT %(limit)s) AS first JOIN shelves ON shelves.key = first.key

-- pairs beside, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = %(customer)s)
 SELECT sum(CAST(sizes.shared * (sizes.size - sizes.shared) AS NUMERIC(38, 0))) AS pairs
FROM (SELECT count(bought.item) AS shared, count(*) AS size
FROM kept LEFT OUTER JOIN bought ON bought.item = kept.item GROUP BY kept.owner) AS sizes

-- beside, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key),
bought AS
(SELECT kept.item AS item
FROM kept
WHERE kept.owner = %(customer)s)
 SELECT i.key AS key, j.key AS neighbour, i.n AS n_i, j.n AS n_j, sides.n_ab AS n_ij
FROM (SELECT shared.item AS item, of_other.item AS other, count(*) AS n_ab
FROM (SELECT DISTINCT kept.owner AS owner, kept.item AS item
FROM kept JOIN bought ON bought.item = kept.item) AS shared JOIN kept AS of_other ON of_other.owner = shared.owner AND of_other.item != shared.item GROUP BY shared.item, of_other.item
HAVING count(*) >= %(least)s) AS sides JOIN frequent AS i ON i.item = sides.item JOIN frequent AS j ON j.item = sides.other LEFT OUTER JOIN bought AS own ON own.item = sides.other
WHERE own.item IS NULL

-- bought, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS products
FROM (SELECT DISTINCT sold.sku AS sku
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.customer_id = %(customer)s) AS bought

-- names, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT named.sku AS key, coalesce(max(books.title), max(named.description)) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.sku IN (SELECT CAST(each.value AS VARCHAR) FROM TABLE(FLATTEN(input => PARSE_JSON(%(keys)s))) AS each)) AS named LEFT OUTER JOIN books ON books.id = named.book_id GROUP BY named.sku

-- pairs of customers by support
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of customers by confidence
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of customers by lift
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0)) AND CAST(CAST(pairs.n_ab AS NUMERIC(38, 0)) * %(units)s AS NUMERIC(38, 0)) * CAST(%(lift_whole)s AS NUMERIC(38, 0)) >= CAST(CAST(pairs.n_a AS NUMERIC(38, 0)) * pairs.n_b AS NUMERIC(38, 0)) * CAST(%(lift_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of customers by leverage
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, %(units)s * pairs.n_ab - pairs.n_a * pairs.n_b AS part, 1 AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of customers by conviction
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
kept AS
(SELECT items.owner AS owner, frequent.item AS item
FROM items JOIN frequent ON frequent.key = items.key)
 SELECT a.key AS a, b.key AS b, near.n_a, near.n_b, near.n_ab, near.found
FROM (SELECT ranked.item_a AS item_a, ranked.item_b AS item_b, ranked.n_ab AS n_ab, ranked.n_a AS n_a, ranked.n_b AS n_b, ranked.part AS part, ranked.whole AS whole, ranked.found AS found, ranked.rank AS rank, row_number() OVER (PARTITION BY ranked.part, ranked.whole ORDER BY ranked.item_a, ranked.item_b) AS tie
FROM (SELECT measured.item_a AS item_a, measured.item_b AS item_b, measured.n_ab AS n_ab, measured.n_a AS n_a, measured.n_b AS n_b, measured.part AS part, measured.whole AS whole, count(*) OVER () AS found, rank() OVER (ORDER BY (CAST(measured.part AS DOUBLE PRECISION) / CAST(measured.whole AS DOUBLE PRECISION)) DESC) AS rank
FROM (SELECT pairs.item_a AS item_a, pairs.item_b AS item_b, pairs.n_ab AS n_ab, pairs.n_a AS n_a, pairs.n_b AS n_b, pairs.n_ab - CASE WHEN ((pairs.n_a <= pairs.n_b) = (%(units)s * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_a ELSE pairs.n_b END AS part, CASE WHEN (pairs.n_ab < CASE WHEN ((pairs.n_a <= pairs.n_b) = (%(units)s * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_a ELSE pairs.n_b END) THEN CASE WHEN ((pairs.n_a <= pairs.n_b) = (%(units)s * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_a ELSE pairs.n_b END * (%(units)s - CASE WHEN ((pairs.n_a <= pairs.n_b) = (%(units)s * pairs.n_ab >= pairs.n_a * pairs.n_b)) THEN pairs.n_b ELSE pairs.n_a END) ELSE 1 END AS whole
FROM (SELECT together.item_a AS item_a, together.item_b AS item_b, together.n_ab AS n_ab, a.n AS n_a, b.n AS n_b
FROM (SELECT of_a.item AS item_a, of_b.item AS item_b, count(*) AS n_ab
FROM kept AS of_a JOIN kept AS of_b ON of_b.owner = of_a.owner AND of_b.item > of_a.item GROUP BY of_a.item, of_b.item
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of customers by jaccard
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

-- pairs of customers by cosine
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
items AS
(SELECT DISTINCT keyed.customer_id AS owner, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed
WHERE keyed.customer_id IS NOT NULL),
frequent AS
(SELECT counted.key AS key, counted.n AS n, row_number() OVER (ORDER BY counted.key) AS item
FROM (SELECT items.key AS key, count(*) AS n
FROM items GROUP BY items.key
HAVING count(*) >= %(least)s) AS counted),
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
HAVING count(*) >= %(least)s) AS together JOIN frequent AS a ON a.item = together.item_a JOIN frequent AS b ON b.item = together.item_b) AS pairs
WHERE CAST(pairs.n_ab AS NUMERIC(38, 0)) * CAST(%(confidence_whole)s AS NUMERIC(38, 0)) >= CAST(CASE WHEN (pairs.n_a < pairs.n_b) THEN pairs.n_a ELSE pairs.n_b END AS NUMERIC(38, 0)) * CAST(%(confidence_part)s AS NUMERIC(38, 0))) AS measured) AS ranked
WHERE ranked.rank <= %(limit)s) AS near JOIN frequent AS a ON a.item = near.item_a JOIN frequent AS b ON b.item = near.item_b
WHERE near.tie <= %(limit)s

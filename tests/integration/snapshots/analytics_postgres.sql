-- currencies
SELECT both_kinds.currency
FROM (SELECT orders.currency AS currency
FROM orders
WHERE orders.status != 'cancelled' UNION SELECT returns.currency AS currency
FROM returns) AS both_kinds ORDER BY (both_kinds.currency COLLATE "C")

-- purchases, everything
SELECT sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(CASE WHEN (by_customer.customer_id IS NOT NULL) THEN by_customer.orders ELSE 0 END AS NUMERIC(38, 0))) AS known_orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases GROUP BY purchases.customer_id) AS by_customer

-- lines, everything
SELECT count(*) AS products, sum(CAST(products.units AS NUMERIC(38, 0))) AS units, sum(CAST(products.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold GROUP BY sold.sku) AS products

-- baskets, everything
SELECT sum(CAST(baskets.skus AS NUMERIC(38, 0))) AS items
FROM (SELECT count(DISTINCT sold.sku) AS skus
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold GROUP BY sold.order_id) AS baskets

-- returns, everything
SELECT sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned

-- orders by day, everything
SELECT by_customer.start, sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.day AS start, purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases GROUP BY purchases.day, purchases.customer_id) AS by_customer GROUP BY by_customer.start

-- new customers by day, everything
SELECT firsts.day AS start, count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts GROUP BY firsts.day

-- lines by day, everything
SELECT sold.day AS start, sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold GROUP BY sold.day

-- returns by day, everything
SELECT returned.day AS start, sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned GROUP BY returned.day

-- orders by week, everything
SELECT by_customer.start, sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(date_trunc('week', purchases.day) AS DATE) AS start, purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases GROUP BY CAST(date_trunc('week', purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer.start

-- new customers by week, everything
SELECT CAST(date_trunc('week', firsts.day) AS DATE) AS start, count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts GROUP BY CAST(date_trunc('week', firsts.day) AS DATE)

-- lines by week, everything
SELECT CAST(date_trunc('week', sold.day) AS DATE) AS start, sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold GROUP BY CAST(date_trunc('week', sold.day) AS DATE)

-- returns by week, everything
SELECT CAST(date_trunc('week', returned.day) AS DATE) AS start, sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned GROUP BY CAST(date_trunc('week', returned.day) AS DATE)

-- orders by month, everything
SELECT by_customer.start, sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(date_trunc('month', purchases.day) AS DATE) AS start, purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases GROUP BY CAST(date_trunc('month', purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer.start

-- new customers by month, everything
SELECT CAST(date_trunc('month', firsts.day) AS DATE) AS start, count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts GROUP BY CAST(date_trunc('month', firsts.day) AS DATE)

-- lines by month, everything
SELECT CAST(date_trunc('month', sold.day) AS DATE) AS start, sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold GROUP BY CAST(date_trunc('month', sold.day) AS DATE)

-- returns by month, everything
SELECT CAST(date_trunc('month', returned.day) AS DATE) AS start, sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned GROUP BY CAST(date_trunc('month', returned.day) AS DATE)

-- top product by revenue, everything
WITH first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT by_book.key AS key, max((books.title COLLATE "C")) AS title, max((by_book.description COLLATE "C")) AS description, sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key UNION ALL SELECT by_book.key AS key, max((books.title COLLATE "C")) AS title, max((by_book.description COLLATE "C")) AS description, -sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")
 LIMIT $5::INTEGER)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.revenue DESC, (first.key COLLATE "C")

-- top author by units, everything
WITH first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.units DESC, (merged.key COLLATE "C")
 LIMIT $5::INTEGER)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.units DESC, (first.key COLLATE "C")

-- top category by orders, everything
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_2) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $5::INTEGER

-- top product by customers, everything
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max((books.title COLLATE "C")) AS title, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key UNION ALL SELECT by_book.key AS key, max((books.title COLLATE "C")) AS title, max((by_book.description COLLATE "C")) AS description, -sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.customers DESC, (merged.key COLLATE "C")
 LIMIT $5::INTEGER

-- positive totals, everything
SELECT sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) AS positive_units
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged

-- lines without author, everything
SELECT count(*) AS lines
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold LEFT OUTER JOIN (SELECT books.id AS book_id
FROM books) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- lines without category, everything
SELECT count(*) AS lines
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold LEFT OUTER JOIN (SELECT DISTINCT categories.book_id AS book_id
FROM (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- histograms, everything
SELECT buyers.last_day, buyers.orders, buyers.revenue, count(*) AS customers
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers GROUP BY GROUPING SETS((buyers.last_day), (buyers.orders), (buyers.revenue))

-- cells by cuts, everything
SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, 5 - (CASE WHEN (buyers.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (buyers.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (buyers.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $14::VARCHAR AND returns.returned_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) < CAST($16::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by cuts, everything
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $14::VARCHAR AND returns.returned_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) < CAST($16::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($17::VARCHAR, CAST((scored.r - $18::INTEGER) * $19::INTEGER + (scored.f - $20::INTEGER) * $21::INTEGER + scored.m AS INTEGER), 1) = '1' ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $22::INTEGER

-- customers by cuts after one, everything
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $14::VARCHAR AND returns.returned_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) < CAST($16::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($17::VARCHAR, CAST((scored.r - $18::INTEGER) * $19::INTEGER + (scored.f - $20::INTEGER) * $21::INTEGER + scored.m AS INTEGER), 1) = '1' AND ((scored.key COLLATE "C") > $22::VARCHAR OR (scored.key COLLATE "C") = $22::VARCHAR AND (scored.id COLLATE "C") > $23::VARCHAR) ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $24::INTEGER

-- cells by ntile, everything
SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by ntile, everything
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($5::VARCHAR, CAST((scored.r - $6::INTEGER) * $7::INTEGER + (scored.f - $8::INTEGER) * $9::INTEGER + scored.m AS INTEGER), 1) = '1' ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $10::INTEGER

-- customers by ntile after one, everything
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($5::VARCHAR, CAST((scored.r - $6::INTEGER) * $7::INTEGER + (scored.f - $8::INTEGER) * $9::INTEGER + scored.m AS INTEGER), 1) = '1' AND ((scored.key COLLATE "C") > $10::VARCHAR OR (scored.key COLLATE "C") = $10::VARCHAR AND (scored.id COLLATE "C") > $11::VARCHAR) ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $12::INTEGER

-- prospects, everything
SELECT count(*) AS customers
FROM customers LEFT OUTER JOIN (SELECT DISTINCT purchases.customer_id AS customer_id
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases) AS bought ON bought.customer_id = customers.id
WHERE customers.deleted_at IS NULL AND bought.customer_id IS NULL

-- purchase days, everything
SELECT by_customer.days, count(*) AS customers
FROM (SELECT count(*) AS days
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days GROUP BY days.customer_id) AS by_customer GROUP BY by_customer.days

-- gaps, everything
SELECT gaps.days, count(*) AS gaps
FROM (SELECT (pairs.day - pairs.previous) AS days
FROM (SELECT days.day AS day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days) AS pairs
WHERE pairs.previous IS NOT NULL) AS gaps GROUP BY gaps.days

-- cohorts by week, everything
SELECT CAST(date_trunc('week', own.first_day) AS DATE) AS cohort, own.start, count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer.start AS start, by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer.start) OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer.start) AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(date_trunc('week', purchases.day) AS DATE) AS start, min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(date_trunc('week', purchases.day) AS DATE)) AS by_customer) AS own GROUP BY CAST(date_trunc('week', own.first_day) AS DATE), own.start

-- returns of cohorts by week, everything
SELECT CAST(date_trunc('week', firsts.first_day) AS DATE) AS cohort, CAST(date_trunc('week', returned.day) AS DATE) AS start, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id GROUP BY CAST(date_trunc('week', firsts.first_day) AS DATE), CAST(date_trunc('week', returned.day) AS DATE)

-- cohorts by month, everything
SELECT CAST(date_trunc('month', own.first_day) AS DATE) AS cohort, own.start, count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer.start AS start, by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer.start) OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer.start) AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(date_trunc('month', purchases.day) AS DATE) AS start, min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(date_trunc('month', purchases.day) AS DATE)) AS by_customer) AS own GROUP BY CAST(date_trunc('month', own.first_day) AS DATE), own.start

-- returns of cohorts by month, everything
SELECT CAST(date_trunc('month', firsts.first_day) AS DATE) AS cohort, CAST(date_trunc('month', returned.day) AS DATE) AS start, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id GROUP BY CAST(date_trunc('month', firsts.first_day) AS DATE), CAST(date_trunc('month', returned.day) AS DATE)

-- earned by product, everything
SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")

-- earned by author, everything
SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")

-- earned by category, everything
SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_2) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")

-- amounts by customer, everything
SELECT buyers.revenue, count(*) AS items
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers GROUP BY buyers.revenue

-- top customers, everything
SELECT keyed.key, keyed.id, keyed.revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed ORDER BY keyed.revenue DESC, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $5::INTEGER

-- lines without customer, everything
SELECT count(*) AS lines
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.customer_id IS NULL

-- repeat buying, everything
SELECT histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats, count(*) AS customers
FROM (SELECT by_customer.days - 1 AS repeats, (by_customer.last_day - by_customer.first_day) AS recency_days, (CAST($1::DATE AS DATE) - by_customer.first_day) - 1 AS age_days, by_customer.later_repeats AS later_repeats
FROM (SELECT min(days.day) AS first_day, max(CASE WHEN (days.day < CAST($1::DATE AS DATE)) THEN days.day END) AS last_day, sum(CAST(CASE WHEN (days.day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS days, sum(CAST(CASE WHEN (days.day < CAST($1::DATE AS DATE)) THEN 0 ELSE 1 END AS NUMERIC(38, 0))) AS later_repeats
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($5::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days GROUP BY days.customer_id) AS by_customer
WHERE by_customer.first_day < CAST($1::DATE AS DATE)) AS histories GROUP BY histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats

-- repeat spending, everything
WITH bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated GROUP BY dated.customer_id, dated.first_day)
 SELECT repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue, count(*) AS customers
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, (bought.last_day - bought.first_day) AS recency_days, (CAST($1::DATE AS DATE) - bought.first_day) - 1 AS age_days, bought.amount - coalesce(back.amount, CAST(0 AS NUMERIC(38, 4))) AS repeat_revenue
FROM bought LEFT OUTER JOIN (SELECT bought.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS amount
FROM bought JOIN (SELECT returns.customer_id AS customer_id, CAST(timezone($2::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $3::VARCHAR AND returns.returned_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, returns.returned_at) AS DATE) < CAST($1::DATE AS DATE)) AS returned ON returned.customer_id = bought.customer_id AND returned.day > bought.first_day
WHERE bought.days > 1 GROUP BY bought.customer_id) AS back ON back.customer_id = bought.customer_id) AS repeaters GROUP BY repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue

-- repeaters, everything
WITH bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT marked.repeats AS repeats, marked.recency_days AS recency_days, marked.age_days AS age_days, marked.repeat_revenue AS repeat_revenue, coalesce(customers.reference, CAST(marked.customer_id AS TEXT)) AS key, CAST(marked.customer_id AS TEXT) AS id
FROM (SELECT repeaters.customer_id AS customer_id, repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, (bought.last_day - bought.first_day) AS recency_days, (CAST($1::DATE AS DATE) - bought.first_day) - 1 AS age_days, bought.amount - coalesce(back.amount, CAST(0 AS NUMERIC(38, 4))) AS repeat_revenue
FROM bought LEFT OUTER JOIN (SELECT bought.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS amount
FROM bought JOIN (SELECT returns.customer_id AS customer_id, CAST(timezone($2::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $3::VARCHAR AND returns.returned_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, returns.returned_at) AS DATE) < CAST($1::DATE AS DATE)) AS returned ON returned.customer_id = bought.customer_id AND returned.day > bought.first_day
WHERE bought.days > 1 GROUP BY bought.customer_id) AS back ON back.customer_id = bought.customer_id) AS repeaters
WHERE repeaters.repeats >= $5::INTEGER AND $6::VARCHAR LIKE ('%,' || CAST(repeaters.repeats AS VARCHAR) || ';' || CAST(repeaters.recency_days AS VARCHAR) || ';' || CAST(repeaters.age_days AS VARCHAR) || ';' || CAST(CAST(repeaters.repeat_revenue * 10000 AS NUMERIC(38, 0)) AS VARCHAR) || ';' || ',%')) AS marked LEFT OUTER JOIN customers ON customers.id = marked.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- late, everything
SELECT count(*) AS customers, count(idle_buyers.long_gap_tenths) AS repeat_customers, sum(CAST(idle_buyers.late AS NUMERIC(38, 0))) AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers

-- one repeater, everything
WITH bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id = $5::UUID GROUP BY purchases.customer_id, purchases.day) AS days) AS dated GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue, coalesce(customers.reference, CAST(repeaters.customer_id AS TEXT)) AS key, CAST(repeaters.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, (bought.last_day - bought.first_day) AS recency_days, (CAST($1::DATE AS DATE) - bought.first_day) - 1 AS age_days, bought.amount - coalesce(back.amount, CAST(0 AS NUMERIC(38, 4))) AS repeat_revenue
FROM bought LEFT OUTER JOIN (SELECT bought.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS amount
FROM bought JOIN (SELECT returns.customer_id AS customer_id, CAST(timezone($2::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $3::VARCHAR AND returns.returned_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, returns.returned_at) AS DATE) < CAST($1::DATE AS DATE)) AS returned ON returned.customer_id = bought.customer_id AND returned.day > bought.first_day
WHERE bought.days > 1 GROUP BY bought.customer_id) AS back ON back.customer_id = bought.customer_id) AS repeaters LEFT OUTER JOIN customers ON customers.id = repeaters.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $6::INTEGER

-- one idle buyer, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(idle_buyers.customer_id AS TEXT)) AS key, CAST(idle_buyers.customer_id AS TEXT) AS id
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id = $5::UUID GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers LEFT OUTER JOIN customers ON customers.id = idle_buyers.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $6::INTEGER

-- one customer by cuts, everything
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $14::VARCHAR AND returns.returned_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, returns.returned_at) AS DATE) < CAST($16::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = $17::UUID

-- one customer by ntile, everything
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = $5::UUID

-- favourites by product, everything
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max((books.title COLLATE "C")) AS title, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, own.sku AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.customer_id = $5::UUID) AS own) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key UNION ALL SELECT by_book.key AS key, max((books.title COLLATE "C")) AS title, max((by_book.description COLLATE "C")) AS description, -sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, own.sku AS key
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id = $5::UUID) AS own) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $6::INTEGER

-- favourites by author, everything
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, books.author AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.customer_id = $5::UUID) AS own JOIN books ON books.id = own.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, books.author AS key
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id = $5::UUID) AS own JOIN books ON books.id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $6::INTEGER

-- favourites by category, everything
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, categories.category AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE)) AS sold
WHERE sold.customer_id = $5::UUID) AS own JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = own.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, categories.category AS key
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE)) AS returned
WHERE returned.customer_id = $5::UUID) AS own JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_2) AS categories ON categories.book_id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $6::INTEGER

-- idle buyers, late all, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $5::INTEGER

-- idle buyers, late all, after one, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE (keyed.key COLLATE "C") > $5::VARCHAR OR (keyed.key COLLATE "C") = $5::VARCHAR AND (keyed.id COLLATE "C") > $6::VARCHAR ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- idle buyers, late yes, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $5::INTEGER

-- idle buyers, late yes, after one, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE (keyed.key COLLATE "C") > $5::VARCHAR OR (keyed.key COLLATE "C") = $5::VARCHAR AND (keyed.id COLLATE "C") > $6::VARCHAR ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- idle buyers, late no, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $5::INTEGER

-- idle buyers, late no, after one, everything
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, orders.subtotal AS amount
FROM orders
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.line_count > 0) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE (keyed.key COLLATE "C") > $5::VARCHAR OR (keyed.key COLLATE "C") = $5::VARCHAR AND (keyed.id COLLATE "C") > $6::VARCHAR ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- purchases, least
SELECT sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(CASE WHEN (by_customer.customer_id IS NOT NULL) THEN by_customer.orders ELSE 0 END AS NUMERIC(38, 0))) AS known_orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases GROUP BY purchases.customer_id) AS by_customer

-- lines, least
SELECT count(*) AS products, sum(CAST(products.units AS NUMERIC(38, 0))) AS units, sum(CAST(products.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold GROUP BY sold.sku) AS products

-- baskets, least
SELECT sum(CAST(baskets.skus AS NUMERIC(38, 0))) AS items
FROM (SELECT count(DISTINCT sold.sku) AS skus
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold GROUP BY sold.order_id) AS baskets

-- returns, least
SELECT sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE) AND returns.returned_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) >= CAST($6::DATE AS DATE) AND returns.customer_id IS NOT NULL AND return_lines.unit_price > 0) AS returned

-- orders by day, least
SELECT by_customer.start, sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.day AS start, purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases GROUP BY purchases.day, purchases.customer_id) AS by_customer GROUP BY by_customer.start

-- new customers by day, least
SELECT firsts.day AS start, count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts
WHERE firsts.day >= CAST($5::DATE AS DATE) GROUP BY firsts.day

-- lines by day, least
SELECT sold.day AS start, sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold GROUP BY sold.day

-- returns by day, least
SELECT returned.day AS start, sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE) AND returns.returned_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) >= CAST($6::DATE AS DATE) AND returns.customer_id IS NOT NULL AND return_lines.unit_price > 0) AS returned GROUP BY returned.day

-- orders by week, least
SELECT by_customer.start, sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(date_trunc('week', purchases.day) AS DATE) AS start, purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases GROUP BY CAST(date_trunc('week', purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer.start

-- new customers by week, least
SELECT CAST(date_trunc('week', firsts.day) AS DATE) AS start, count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts
WHERE firsts.day >= CAST($5::DATE AS DATE) GROUP BY CAST(date_trunc('week', firsts.day) AS DATE)

-- lines by week, least
SELECT CAST(date_trunc('week', sold.day) AS DATE) AS start, sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold GROUP BY CAST(date_trunc('week', sold.day) AS DATE)

-- returns by week, least
SELECT CAST(date_trunc('week', returned.day) AS DATE) AS start, sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE) AND returns.returned_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) >= CAST($6::DATE AS DATE) AND returns.customer_id IS NOT NULL AND return_lines.unit_price > 0) AS returned GROUP BY CAST(date_trunc('week', returned.day) AS DATE)

-- orders by month, least
SELECT by_customer.start, sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(date_trunc('month', purchases.day) AS DATE) AS start, purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases GROUP BY CAST(date_trunc('month', purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer.start

-- new customers by month, least
SELECT CAST(date_trunc('month', firsts.day) AS DATE) AS start, count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts
WHERE firsts.day >= CAST($5::DATE AS DATE) GROUP BY CAST(date_trunc('month', firsts.day) AS DATE)

-- lines by month, least
SELECT CAST(date_trunc('month', sold.day) AS DATE) AS start, sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold GROUP BY CAST(date_trunc('month', sold.day) AS DATE)

-- returns by month, least
SELECT CAST(date_trunc('month', returned.day) AS DATE) AS start, sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE) AND returns.returned_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) >= CAST($6::DATE AS DATE) AND returns.customer_id IS NOT NULL AND return_lines.unit_price > 0) AS returned GROUP BY CAST(date_trunc('month', returned.day) AS DATE)

-- top product by revenue, least
WITH first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT by_book.key AS key, max((books.title COLLATE "C")) AS title, max((by_book.description COLLATE "C")) AS description, sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")
 LIMIT $7::INTEGER)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.revenue DESC, (first.key COLLATE "C")

-- top author by units, least
WITH first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.units DESC, (merged.key COLLATE "C")
 LIMIT $7::INTEGER)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.units DESC, (first.key COLLATE "C")

-- top category by orders, least
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $7::INTEGER

-- top product by customers, least
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max((books.title COLLATE "C")) AS title, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.customers DESC, (merged.key COLLATE "C")
 LIMIT $7::INTEGER

-- positive totals, least
SELECT sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) AS positive_units
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged

-- lines without author, least
SELECT count(*) AS lines
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold LEFT OUTER JOIN (SELECT books.id AS book_id
FROM books) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- lines without category, least
SELECT count(*) AS lines
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold LEFT OUTER JOIN (SELECT DISTINCT categories.book_id AS book_id
FROM (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- histograms, least
SELECT buyers.last_day, buyers.orders, buyers.revenue, count(*) AS customers
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers GROUP BY GROUPING SETS((buyers.last_day), (buyers.orders), (buyers.revenue))

-- cells by cuts, least
SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, 5 - (CASE WHEN (buyers.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (buyers.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (buyers.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.placed_at >= $17::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) >= CAST($18::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by cuts, least
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.placed_at >= $17::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) >= CAST($18::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($19::VARCHAR, CAST((scored.r - $20::INTEGER) * $21::INTEGER + (scored.f - $22::INTEGER) * $23::INTEGER + scored.m AS INTEGER), 1) = '1' ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $24::INTEGER

-- customers by cuts after one, least
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.placed_at >= $17::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) >= CAST($18::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($19::VARCHAR, CAST((scored.r - $20::INTEGER) * $21::INTEGER + (scored.f - $22::INTEGER) * $23::INTEGER + scored.m AS INTEGER), 1) = '1' AND ((scored.key COLLATE "C") > $24::VARCHAR OR (scored.key COLLATE "C") = $24::VARCHAR AND (scored.id COLLATE "C") > $25::VARCHAR) ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $26::INTEGER

-- cells by ntile, least
SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by ntile, least
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($7::VARCHAR, CAST((scored.r - $8::INTEGER) * $9::INTEGER + (scored.f - $10::INTEGER) * $11::INTEGER + scored.m AS INTEGER), 1) = '1' ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $12::INTEGER

-- customers by ntile after one, least
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr($7::VARCHAR, CAST((scored.r - $8::INTEGER) * $9::INTEGER + (scored.f - $10::INTEGER) * $11::INTEGER + scored.m AS INTEGER), 1) = '1' AND ((scored.key COLLATE "C") > $12::VARCHAR OR (scored.key COLLATE "C") = $12::VARCHAR AND (scored.id COLLATE "C") > $13::VARCHAR) ORDER BY (scored.key COLLATE "C"), (scored.id COLLATE "C")
 LIMIT $14::INTEGER

-- prospects, least
SELECT count(*) AS customers
FROM customers LEFT OUTER JOIN (SELECT DISTINCT purchases.customer_id AS customer_id
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases) AS bought ON bought.customer_id = customers.id
WHERE customers.deleted_at IS NULL AND bought.customer_id IS NULL

-- purchase days, least
SELECT by_customer.days, count(*) AS customers
FROM (SELECT count(*) AS days
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days GROUP BY days.customer_id) AS by_customer GROUP BY by_customer.days

-- gaps, least
SELECT gaps.days, count(*) AS gaps
FROM (SELECT (pairs.day - pairs.previous) AS days
FROM (SELECT days.day AS day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days) AS pairs
WHERE pairs.previous IS NOT NULL) AS gaps GROUP BY gaps.days

-- cohorts by week, least
SELECT CAST(date_trunc('week', own.first_day) AS DATE) AS cohort, own.start, count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer.start AS start, by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer.start) OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer.start) AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(date_trunc('week', purchases.day) AS DATE) AS start, min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(date_trunc('week', purchases.day) AS DATE)) AS by_customer) AS own
WHERE own.first_day >= CAST($5::DATE AS DATE) GROUP BY CAST(date_trunc('week', own.first_day) AS DATE), own.start

-- returns of cohorts by week, least
SELECT CAST(date_trunc('week', firsts.first_day) AS DATE) AS cohort, CAST(date_trunc('week', returned.day) AS DATE) AS start, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE) AND returns.returned_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) >= CAST($6::DATE AS DATE) AND returns.customer_id IS NOT NULL AND return_lines.unit_price > 0) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id
WHERE firsts.first_day >= CAST($6::DATE AS DATE) GROUP BY CAST(date_trunc('week', firsts.first_day) AS DATE), CAST(date_trunc('week', returned.day) AS DATE)

-- cohorts by month, least
SELECT CAST(date_trunc('month', own.first_day) AS DATE) AS cohort, own.start, count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer.start AS start, by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer.start) OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer.start) AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(date_trunc('month', purchases.day) AS DATE) AS start, min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(date_trunc('month', purchases.day) AS DATE)) AS by_customer) AS own
WHERE own.first_day >= CAST($5::DATE AS DATE) GROUP BY CAST(date_trunc('month', own.first_day) AS DATE), own.start

-- returns of cohorts by month, least
SELECT CAST(date_trunc('month', firsts.first_day) AS DATE) AS cohort, CAST(date_trunc('month', returned.day) AS DATE) AS start, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT returns.customer_id AS customer_id, CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) AS day, return_lines.sku AS sku, return_lines.book_id AS book_id, return_lines.description AS description, return_lines.quantity AS quantity, return_lines.amount AS amount
FROM returns JOIN return_lines ON return_lines.return_id = returns.id
WHERE returns.currency = $2::VARCHAR AND returns.returned_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) < CAST($4::DATE AS DATE) AND returns.returned_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, returns.returned_at) AS DATE) >= CAST($6::DATE AS DATE) AND returns.customer_id IS NOT NULL AND return_lines.unit_price > 0) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id
WHERE firsts.first_day >= CAST($6::DATE AS DATE) GROUP BY CAST(date_trunc('month', firsts.first_day) AS DATE), CAST(date_trunc('month', returned.day) AS DATE)

-- earned by product, least
SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")

-- earned by author, least
SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")

-- earned by category, least
SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, (merged.key COLLATE "C")

-- amounts by customer, least
SELECT buyers.revenue, count(*) AS items
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers GROUP BY buyers.revenue

-- top customers, least
SELECT keyed.key, keyed.id, keyed.revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed ORDER BY keyed.revenue DESC, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- lines without customer, least
SELECT count(*) AS lines
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.customer_id IS NULL

-- repeat buying, least
SELECT histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats, count(*) AS customers
FROM (SELECT by_customer.days - 1 AS repeats, (by_customer.last_day - by_customer.first_day) AS recency_days, (CAST($1::DATE AS DATE) - by_customer.first_day) - 1 AS age_days, by_customer.later_repeats AS later_repeats
FROM (SELECT min(days.day) AS first_day, max(CASE WHEN (days.day < CAST($1::DATE AS DATE)) THEN days.day END) AS last_day, sum(CAST(CASE WHEN (days.day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS days, sum(CAST(CASE WHEN (days.day < CAST($1::DATE AS DATE)) THEN 0 ELSE 1 END AS NUMERIC(38, 0))) AS later_repeats
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($5::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days GROUP BY days.customer_id) AS by_customer
WHERE by_customer.first_day < CAST($1::DATE AS DATE) AND by_customer.first_day >= CAST($6::DATE AS DATE)) AS histories GROUP BY histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats

-- repeat spending, least
WITH bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE) GROUP BY dated.customer_id, dated.first_day)
 SELECT repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue, count(*) AS customers
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, (bought.last_day - bought.first_day) AS recency_days, (CAST($1::DATE AS DATE) - bought.first_day) - 1 AS age_days, bought.amount AS repeat_revenue
FROM bought) AS repeaters GROUP BY repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue

-- repeaters, least
WITH bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE) GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT marked.repeats AS repeats, marked.recency_days AS recency_days, marked.age_days AS age_days, marked.repeat_revenue AS repeat_revenue, coalesce(customers.reference, CAST(marked.customer_id AS TEXT)) AS key, CAST(marked.customer_id AS TEXT) AS id
FROM (SELECT repeaters.customer_id AS customer_id, repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, (bought.last_day - bought.first_day) AS recency_days, (CAST($1::DATE AS DATE) - bought.first_day) - 1 AS age_days, bought.amount AS repeat_revenue
FROM bought) AS repeaters
WHERE repeaters.repeats >= $6::INTEGER AND $7::VARCHAR LIKE ('%,' || CAST(repeaters.repeats AS VARCHAR) || ';' || CAST(repeaters.recency_days AS VARCHAR) || ';' || CAST(repeaters.age_days AS VARCHAR) || ';' || CAST(CAST(repeaters.repeat_revenue * 10000 AS NUMERIC(38, 0)) AS VARCHAR) || ';' || ',%')) AS marked LEFT OUTER JOIN customers ON customers.id = marked.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $8::INTEGER

-- late, least
SELECT count(*) AS customers, count(idle_buyers.long_gap_tenths) AS repeat_customers, sum(CAST(idle_buyers.late AS NUMERIC(38, 0))) AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers

-- one repeater, least
WITH bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id = $5::UUID GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($6::DATE AS DATE) GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue, coalesce(customers.reference, CAST(repeaters.customer_id AS TEXT)) AS key, CAST(repeaters.customer_id AS TEXT) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, (bought.last_day - bought.first_day) AS recency_days, (CAST($1::DATE AS DATE) - bought.first_day) - 1 AS age_days, bought.amount AS repeat_revenue
FROM bought) AS repeaters LEFT OUTER JOIN customers ON customers.id = repeaters.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- one idle buyer, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(idle_buyers.customer_id AS TEXT)) AS key, CAST(idle_buyers.customer_id AS TEXT) AS id
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id = $5::UUID GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($6::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers LEFT OUTER JOIN customers ON customers.id = idle_buyers.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $7::INTEGER

-- one customer by cuts, least
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST($1::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($2::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($3::DATE AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST($4::DATE AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > $5::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $6::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $7::INTEGER) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > $8::INTEGER) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST($9::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($10::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($11::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST($12::NUMERIC(38, 5) AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $14::VARCHAR AND orders.placed_at < $15::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) < CAST($16::DATE AS DATE) AND orders.placed_at >= $17::TIMESTAMP WITH TIME ZONE AND CAST(timezone($13::VARCHAR, orders.placed_at) AS DATE) >= CAST($18::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = $19::UUID

-- one customer by ntile, least
SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS r, ntile(5) OVER (ORDER BY keyed.orders, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS f, ntile(5) OVER (ORDER BY keyed.revenue, (keyed.key COLLATE "C"), (keyed.id COLLATE "C")) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, CAST(buyers.customer_id AS TEXT)) AS key, CAST(buyers.customer_id AS TEXT) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = $7::UUID

-- favourites by product, least
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max((books.title COLLATE "C")) AS title, max((keyed.description COLLATE "C")) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, own.sku AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.customer_id = $7::UUID) AS own) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $8::INTEGER

-- favourites by author, least
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, books.author AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.customer_id = $7::UUID) AS own JOIN books ON books.id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $8::INTEGER

-- favourites by category, least
SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, categories.category AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) AS day, order_lines.sku AS sku, order_lines.book_id AS book_id, order_lines.description AS description, order_lines.quantity AS quantity, order_lines.amount AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $2::VARCHAR AND orders.placed_at < $3::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) < CAST($4::DATE AS DATE) AND orders.placed_at >= $5::TIMESTAMP WITH TIME ZONE AND CAST(timezone($1::VARCHAR, orders.placed_at) AS DATE) >= CAST($6::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0) AS sold
WHERE sold.customer_id = $7::UUID) AS own JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL (SELECT unnest(books.categories) AS value) AS anon_1) AS categories ON categories.book_id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, (merged.key COLLATE "C")
 LIMIT $8::INTEGER

-- idle buyers, late all, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $6::INTEGER

-- idle buyers, late all, after one, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE (keyed.key COLLATE "C") > $6::VARCHAR OR (keyed.key COLLATE "C") = $6::VARCHAR AND (keyed.id COLLATE "C") > $7::VARCHAR ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $8::INTEGER

-- idle buyers, late yes, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $6::INTEGER

-- idle buyers, late yes, after one, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE (keyed.key COLLATE "C") > $6::VARCHAR OR (keyed.key COLLATE "C") = $6::VARCHAR AND (keyed.id COLLATE "C") > $7::VARCHAR ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $8::INTEGER

-- idle buyers, late no, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $6::INTEGER

-- idle buyers, late no, after one, least
SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, CAST(listed.customer_id AS TEXT)) AS key, CAST(listed.customer_id AS TEXT) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN ((CAST($1::DATE AS DATE) - buyers.last_day) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, (dated.day - dated.previous) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT orders.id AS order_id, orders.customer_id AS customer_id, CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) AS day, sum(CAST(order_lines.amount AS NUMERIC(38, 4))) AS amount
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status != 'cancelled' AND orders.currency = $3::VARCHAR AND orders.placed_at < $4::TIMESTAMP WITH TIME ZONE AND CAST(timezone($2::VARCHAR, orders.placed_at) AS DATE) < CAST($1::DATE AS DATE) AND orders.customer_id IS NOT NULL AND order_lines.unit_price > 0 GROUP BY orders.id, orders.customer_id, orders.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST($5::DATE AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE (keyed.key COLLATE "C") > $6::VARCHAR OR (keyed.key COLLATE "C") = $6::VARCHAR AND (keyed.id COLLATE "C") > $7::VARCHAR ORDER BY (keyed.key COLLATE "C"), (keyed.id COLLATE "C")
 LIMIT $8::INTEGER

-- currencies
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
orders AS
(SELECT order_id AS id, customer_id, placed_at, currency, 'placed' AS status, amount AS subtotal, 1 AS line_count FROM order_facts),
returns AS
(SELECT DISTINCT return_id AS id, customer_id, returned_at, currency FROM return_facts)
 SELECT both_kinds.currency
FROM (SELECT orders.currency AS currency
FROM orders
WHERE orders.status != 'cancelled' UNION SELECT returns.currency AS currency
FROM returns) AS both_kinds ORDER BY both_kinds.currency

-- purchases, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(CASE WHEN (by_customer.customer_id IS NOT NULL) THEN by_customer.orders ELSE 0 END AS NUMERIC(38, 0))) AS known_orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases GROUP BY purchases.customer_id) AS by_customer

-- lines, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS products, sum(CAST(products.units AS NUMERIC(38, 0))) AS units, sum(CAST(products.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold GROUP BY sold.sku) AS products

-- baskets, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS items
FROM (SELECT DISTINCT sold.order_id AS order_id, sold.sku AS sku
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS held

-- returns, everything
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned

-- orders by day, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer."start", sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.day AS "start", purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases GROUP BY purchases.day, purchases.customer_id) AS by_customer GROUP BY by_customer."start"

-- new customers by day, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT firsts.day AS "start", count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts GROUP BY firsts.day

-- lines by day, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sold.day AS "start", sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold GROUP BY sold.day

-- returns by day, everything
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT returned.day AS "start", sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned GROUP BY returned.day

-- orders by week, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer."start", sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE) AS "start", purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer."start"

-- new customers by week, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.day), firsts.day) AS DATE) AS "start", count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.day), firsts.day) AS DATE)

-- lines by week, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(sold.day), sold.day) AS DATE) AS "start", sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(sold.day), sold.day) AS DATE)

-- returns by week, everything
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE) AS "start", sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE)

-- orders by month, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer."start", sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(date_trunc('month', purchases.day) AS DATE) AS "start", purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases GROUP BY CAST(date_trunc('month', purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer."start"

-- new customers by month, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', firsts.day) AS DATE) AS "start", count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts GROUP BY CAST(date_trunc('month', firsts.day) AS DATE)

-- lines by month, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', sold.day) AS DATE) AS "start", sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold GROUP BY CAST(date_trunc('month', sold.day) AS DATE)

-- returns by month, everything
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', returned.day) AS DATE) AS "start", sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned GROUP BY CAST(date_trunc('month', returned.day) AS DATE)

-- top product by revenue, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT by_book.key AS key, max(books.title) AS title, max(by_book.description) AS description, sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key UNION ALL SELECT by_book.key AS key, max(books.title) AS title, max(by_book.description) AS description, -sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key
 LIMIT %(limit)s)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.revenue DESC, first.key

-- top author by units, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.units DESC, merged.key
 LIMIT %(limit)s)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.units DESC, first.key

-- top category by orders, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_2) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- top product by customers, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max(books.title) AS title, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key UNION ALL SELECT by_book.key AS key, max(books.title) AS title, max(by_book.description) AS description, -sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.customers DESC, merged.key
 LIMIT %(limit)s

-- positive totals, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) AS positive_units
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged

-- lines without author, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS lines
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold LEFT OUTER JOIN (SELECT books.id AS book_id
FROM books) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- lines without category, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS lines
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold LEFT OUTER JOIN (SELECT DISTINCT categories.book_id AS book_id
FROM (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- histograms, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT buyers.last_day, buyers.orders, buyers.revenue, count(*) AS customers
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers GROUP BY GROUPING SETS((buyers.last_day), (buyers.orders), (buyers.revenue))

-- cells by cuts, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, 5 - (CASE WHEN (buyers.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (buyers.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (buyers.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by cuts, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- customers by cuts after one, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' AND (scored.key > %(after_key)s OR scored.key = %(after_key)s AND scored.id > %(after_id)s) ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- cells by ntile, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by ntile, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- customers by ntile after one, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' AND (scored.key > %(after_key)s OR scored.key = %(after_key)s AND scored.id > %(after_id)s) ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- prospects, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS customers
FROM customers LEFT OUTER JOIN (SELECT DISTINCT purchases.customer_id AS customer_id
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases) AS bought ON bought.customer_id = customers.id
WHERE customers.deleted_at IS NULL AND bought.customer_id IS NULL

-- purchase days, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer.days, count(*) AS customers
FROM (SELECT count(*) AS days
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days GROUP BY days.customer_id) AS by_customer GROUP BY by_customer.days

-- gaps, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT gaps.days, count(*) AS gaps
FROM (SELECT DATEDIFF(day, pairs.previous, pairs.day) AS days
FROM (SELECT days.day AS day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days) AS pairs
WHERE pairs.previous IS NOT NULL) AS gaps GROUP BY gaps.days

-- cohorts by week, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(own.first_day), own.first_day) AS DATE) AS cohort, own."start", count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer."start" AS "start", by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer."start") OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer."start") AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE) AS "start", min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE)) AS by_customer) AS own GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(own.first_day), own.first_day) AS DATE), own."start"

-- returns of cohorts by week, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.first_day), firsts.first_day) AS DATE) AS cohort, CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE) AS "start", sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.first_day), firsts.first_day) AS DATE), CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE)

-- cohorts by month, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', own.first_day) AS DATE) AS cohort, own."start", count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer."start" AS "start", by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer."start") OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer."start") AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(date_trunc('month', purchases.day) AS DATE) AS "start", min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(date_trunc('month', purchases.day) AS DATE)) AS by_customer) AS own GROUP BY CAST(date_trunc('month', own.first_day) AS DATE), own."start"

-- returns of cohorts by month, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', firsts.first_day) AS DATE) AS cohort, CAST(date_trunc('month', returned.day) AS DATE) AS "start", sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id GROUP BY CAST(date_trunc('month', firsts.first_day) AS DATE), CAST(date_trunc('month', returned.day) AS DATE)

-- earned by product, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key

-- earned by author, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key

-- earned by category, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_2) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key

-- amounts by customer, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT buyers.revenue, count(*) AS items
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers GROUP BY buyers.revenue

-- top customers, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.key, keyed.id, keyed.revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed ORDER BY keyed.revenue DESC, keyed.key, keyed.id
 LIMIT %(limit)s

-- lines without customer, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS lines
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.customer_id IS NULL

-- repeat buying, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats, count(*) AS customers
FROM (SELECT by_customer.days - 1 AS repeats, DATEDIFF(day, by_customer.first_day, by_customer.last_day) AS recency_days, DATEDIFF(day, by_customer.first_day, CAST(%(split)s AS DATE)) - 1 AS age_days, by_customer.later_repeats AS later_repeats
FROM (SELECT min(days.day) AS first_day, max(CASE WHEN (days.day < CAST(%(split)s AS DATE)) THEN days.day END) AS last_day, sum(CAST(CASE WHEN (days.day < CAST(%(split)s AS DATE)) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS days, sum(CAST(CASE WHEN (days.day < CAST(%(split)s AS DATE)) THEN 0 ELSE 1 END AS NUMERIC(38, 0))) AS later_repeats
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days GROUP BY days.customer_id) AS by_customer
WHERE by_customer.first_day < CAST(%(split)s AS DATE)) AS histories GROUP BY histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats

-- repeat spending, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated GROUP BY dated.customer_id, dated.first_day)
 SELECT repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue, count(*) AS customers
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, DATEDIFF(day, bought.first_day, bought.last_day) AS recency_days, DATEDIFF(day, bought.first_day, CAST(%(as_of)s AS DATE)) - 1 AS age_days, bought.amount - coalesce(back.amount, CAST(0 AS NUMERIC(38, 4))) AS repeat_revenue
FROM bought LEFT OUTER JOIN (SELECT bought.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS amount
FROM bought JOIN (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned ON returned.customer_id = bought.customer_id AND returned.day > bought.first_day
WHERE bought.days > 1 GROUP BY bought.customer_id) AS back ON back.customer_id = bought.customer_id) AS repeaters GROUP BY repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue

-- repeaters, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT marked.repeats AS repeats, marked.recency_days AS recency_days, marked.age_days AS age_days, marked.repeat_revenue AS repeat_revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT repeaters.customer_id AS customer_id, repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, DATEDIFF(day, bought.first_day, bought.last_day) AS recency_days, DATEDIFF(day, bought.first_day, CAST(%(as_of)s AS DATE)) - 1 AS age_days, bought.amount - coalesce(back.amount, CAST(0 AS NUMERIC(38, 4))) AS repeat_revenue
FROM bought LEFT OUTER JOIN (SELECT bought.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS amount
FROM bought JOIN (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned ON returned.customer_id = bought.customer_id AND returned.day > bought.first_day
WHERE bought.days > 1 GROUP BY bought.customer_id) AS back ON back.customer_id = bought.customer_id) AS repeaters
WHERE repeaters.repeats >= %(fewest_repeats)s AND %(wanted)s LIKE ('%%,' || CAST(repeaters.repeats AS VARCHAR) || ';' || CAST(repeaters.recency_days AS VARCHAR) || ';' || CAST(repeaters.age_days AS VARCHAR) || ';' || CAST(CAST(repeaters.repeat_revenue * 10000 AS NUMERIC(38, 0)) AS VARCHAR) || ';' || ',%%')) AS marked LEFT OUTER JOIN customers ON customers.id = marked.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- late, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS customers, count(idle_buyers.long_gap_tenths) AS repeat_customers, sum(CAST(idle_buyers.late AS NUMERIC(38, 0))) AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers

-- one repeater, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id = %(customer)s GROUP BY purchases.customer_id, purchases.day) AS days) AS dated GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, DATEDIFF(day, bought.first_day, bought.last_day) AS recency_days, DATEDIFF(day, bought.first_day, CAST(%(as_of)s AS DATE)) - 1 AS age_days, bought.amount - coalesce(back.amount, CAST(0 AS NUMERIC(38, 4))) AS repeat_revenue
FROM bought LEFT OUTER JOIN (SELECT bought.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS amount
FROM bought JOIN (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned ON returned.customer_id = bought.customer_id AND returned.day > bought.first_day
WHERE bought.days > 1 GROUP BY bought.customer_id) AS back ON back.customer_id = bought.customer_id) AS repeaters LEFT OUTER JOIN customers ON customers.id = repeaters.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- one idle buyer, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id = %(customer)s GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers LEFT OUTER JOIN customers ON customers.id = idle_buyers.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- one customer by cuts, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = %(customer)s

-- one customer by ntile, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.last_day AS last_day, bought.orders AS orders, bought.revenue - coalesce(back.revenue, CAST(0 AS NUMERIC(38, 4))) AS revenue
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS bought LEFT OUTER JOIN (SELECT returned.customer_id AS customer_id, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id IS NOT NULL GROUP BY returned.customer_id) AS back ON back.customer_id = bought.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = %(customer)s

-- favourites by product, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max(books.title) AS title, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, own.sku AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.customer_id = %(customer)s) AS own) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key UNION ALL SELECT by_book.key AS key, max(books.title) AS title, max(by_book.description) AS description, -sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, own.sku AS key
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id = %(customer)s) AS own) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- favourites by author, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, books.author AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.customer_id = %(customer)s) AS own JOIN books ON books.id = own.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, books.author AS key
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id = %(customer)s) AS own JOIN books ON books.id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- favourites by category, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, categories.category AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold
WHERE sold.customer_id = %(customer)s) AS own JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = own.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, categories.category AS key
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned
WHERE returned.customer_id = %(customer)s) AS own JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_2) AS categories ON categories.book_id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- idle buyers, late all, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late all, after one, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE keyed.key > %(after_key)s OR keyed.key = %(after_key)s AND keyed.id > %(after_id)s ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late yes, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late yes, after one, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE keyed.key > %(after_key)s OR keyed.key = %(after_key)s AND keyed.id > %(after_id)s ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late no, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late no, after one, everything
WITH order_facts AS
(SELECT order_id, customer_id, placed_at, currency, amount FROM DAYBOOK.PUBLIC.order_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT order_facts.order_id AS order_id, order_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) AS day, order_facts.amount AS amount
FROM order_facts
WHERE order_facts.currency = %(currency)s AND order_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, order_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE keyed.key > %(after_key)s OR keyed.key = %(after_key)s AND keyed.id > %(after_id)s ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- purchases, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(CASE WHEN (by_customer.customer_id IS NOT NULL) THEN by_customer.orders ELSE 0 END AS NUMERIC(38, 0))) AS known_orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases GROUP BY purchases.customer_id) AS by_customer

-- lines, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS products, sum(CAST(products.units AS NUMERIC(38, 0))) AS units, sum(CAST(products.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold GROUP BY sold.sku) AS products

-- baskets, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS items
FROM (SELECT DISTINCT sold.order_id AS order_id, sold.sku AS sku
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS held

-- returns, least
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE) AND return_facts.returned_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND return_facts.customer_id IS NOT NULL AND return_facts.unit_price > 0) AS returned

-- orders by day, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer."start", sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT purchases.day AS "start", purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases GROUP BY purchases.day, purchases.customer_id) AS by_customer GROUP BY by_customer."start"

-- new customers by day, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT firsts.day AS "start", count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts
WHERE firsts.day >= CAST(%(from_day)s AS DATE) GROUP BY firsts.day

-- lines by day, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sold.day AS "start", sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold GROUP BY sold.day

-- returns by day, least
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT returned.day AS "start", sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE) AND return_facts.returned_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND return_facts.customer_id IS NOT NULL AND return_facts.unit_price > 0) AS returned GROUP BY returned.day

-- orders by week, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer."start", sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE) AS "start", purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer."start"

-- new customers by week, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.day), firsts.day) AS DATE) AS "start", count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts
WHERE firsts.day >= CAST(%(from_day)s AS DATE) GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.day), firsts.day) AS DATE)

-- lines by week, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(sold.day), sold.day) AS DATE) AS "start", sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(sold.day), sold.day) AS DATE)

-- returns by week, least
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE) AS "start", sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE) AND return_facts.returned_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND return_facts.customer_id IS NOT NULL AND return_facts.unit_price > 0) AS returned GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE)

-- orders by month, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer."start", sum(CAST(by_customer.orders AS NUMERIC(38, 0))) AS orders, count(by_customer.customer_id) AS customers
FROM (SELECT CAST(date_trunc('month', purchases.day) AS DATE) AS "start", purchases.customer_id AS customer_id, count(*) AS orders
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases GROUP BY CAST(date_trunc('month', purchases.day) AS DATE), purchases.customer_id) AS by_customer GROUP BY by_customer."start"

-- new customers by month, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', firsts.day) AS DATE) AS "start", count(*) AS customers
FROM (SELECT min(purchases.day) AS day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts
WHERE firsts.day >= CAST(%(from_day)s AS DATE) GROUP BY CAST(date_trunc('month', firsts.day) AS DATE)

-- lines by month, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', sold.day) AS DATE) AS "start", sum(CAST(sold.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(sold.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold GROUP BY CAST(date_trunc('month', sold.day) AS DATE)

-- returns by month, least
WITH return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', returned.day) AS DATE) AS "start", sum(CAST(returned.quantity AS NUMERIC(38, 0))) AS units, sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE) AND return_facts.returned_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND return_facts.customer_id IS NOT NULL AND return_facts.unit_price > 0) AS returned GROUP BY CAST(date_trunc('month', returned.day) AS DATE)

-- top product by revenue, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT by_book.key AS key, max(books.title) AS title, max(by_book.description) AS description, sum(CAST(by_book.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(by_book.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT keyed.key AS key, keyed.book_id AS book_id, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS amount, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS quantity
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key, keyed.book_id) AS by_book LEFT OUTER JOIN books ON books.id = by_book.book_id GROUP BY by_book.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key
 LIMIT %(limit)s)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.revenue DESC, first.key

-- top author by units, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
first AS
(SELECT merged.key AS key, merged.name AS name, merged.revenue AS revenue, merged.units AS units, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, 0 AS orders, 0 AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.units DESC, merged.key
 LIMIT %(limit)s)
 SELECT first.key, first.name, first.revenue, first.units, first.found, first.positive_revenue, first.positive_units, coalesce(counts.orders, 0) AS orders, coalesce(counts.customers, 0) AS customers
FROM first LEFT OUTER JOIN (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed JOIN first ON first.key = keyed.key GROUP BY keyed.key) AS counts ON counts.key = first.key ORDER BY first.units DESC, first.key

-- top category by orders, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- top product by customers, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers, count(*) OVER () AS found, sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) OVER () AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) OVER () AS positive_units
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max(books.title) AS title, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.customers DESC, merged.key
 LIMIT %(limit)s

-- positive totals, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT sum(CAST(CASE WHEN (merged.revenue > 0) THEN merged.revenue ELSE 0 END AS NUMERIC(38, 4))) AS positive_revenue, sum(CAST(CASE WHEN (merged.units > 0) THEN merged.units ELSE 0 END AS NUMERIC(38, 0))) AS positive_units
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged

-- lines without author, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS lines
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold LEFT OUTER JOIN (SELECT books.id AS book_id
FROM books) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- lines without category, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS lines
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold LEFT OUTER JOIN (SELECT DISTINCT categories.book_id AS book_id
FROM (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories) AS known ON known.book_id = sold.book_id
WHERE known.book_id IS NULL

-- histograms, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT buyers.last_day, buyers.orders, buyers.revenue, count(*) AS customers
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers GROUP BY GROUPING SETS((buyers.last_day), (buyers.orders), (buyers.revenue))

-- cells by cuts, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, 5 - (CASE WHEN (buyers.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (buyers.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (buyers.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (buyers.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (buyers.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (buyers.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by cuts, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- customers by cuts after one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' AND (scored.key > %(after_key)s OR scored.key = %(after_key)s AND scored.id > %(after_id)s) ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- cells by ntile, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.r, scored.f, scored.m, count(*) AS customers, sum(CAST(scored.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(scored.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored GROUP BY scored.r, scored.f, scored.m

-- customers by ntile, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- customers by ntile after one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE substr(%(wanted)s, CAST((scored.r - %(r_1)s) * %(param_1)s + (scored.f - %(f_1)s) * %(param_2)s + scored.m AS INTEGER), 1) = '1' AND (scored.key > %(after_key)s OR scored.key = %(after_key)s AND scored.id > %(after_id)s) ORDER BY scored.key, scored.id
 LIMIT %(limit)s

-- prospects, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS customers
FROM customers LEFT OUTER JOIN (SELECT DISTINCT purchases.customer_id AS customer_id
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases) AS bought ON bought.customer_id = customers.id
WHERE customers.deleted_at IS NULL AND bought.customer_id IS NULL

-- purchase days, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT by_customer.days, count(*) AS customers
FROM (SELECT count(*) AS days
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days GROUP BY days.customer_id) AS by_customer GROUP BY by_customer.days

-- gaps, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT gaps.days, count(*) AS gaps
FROM (SELECT DATEDIFF(day, pairs.previous, pairs.day) AS days
FROM (SELECT days.day AS day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT DISTINCT purchases.customer_id AS customer_id, purchases.day AS day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL) AS days) AS pairs
WHERE pairs.previous IS NOT NULL) AS gaps GROUP BY gaps.days

-- cohorts by week, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(own.first_day), own.first_day) AS DATE) AS cohort, own."start", count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer."start" AS "start", by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer."start") OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer."start") AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE) AS "start", min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(DATEADD(day, 1 - DAYOFWEEKISO(purchases.day), purchases.day) AS DATE)) AS by_customer) AS own
WHERE own.first_day >= CAST(%(from_day)s AS DATE) GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(own.first_day), own.first_day) AS DATE), own."start"

-- returns of cohorts by week, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.first_day), firsts.first_day) AS DATE) AS cohort, CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE) AS "start", sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE) AND return_facts.returned_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND return_facts.customer_id IS NOT NULL AND return_facts.unit_price > 0) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id
WHERE firsts.first_day >= CAST(%(from_day)s AS DATE) GROUP BY CAST(DATEADD(day, 1 - DAYOFWEEKISO(firsts.first_day), firsts.first_day) AS DATE), CAST(DATEADD(day, 1 - DAYOFWEEKISO(returned.day), returned.day) AS DATE)

-- cohorts by month, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', own.first_day) AS DATE) AS cohort, own."start", count(*) AS customers, sum(CAST(CASE WHEN (own.later_start IS NULL) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS last_customers, sum(CAST(own.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(own.revenue AS NUMERIC(38, 4))) AS revenue
FROM (SELECT by_customer."start" AS "start", by_customer.orders AS orders, by_customer.revenue AS revenue, min(by_customer.day) OVER (PARTITION BY by_customer.customer_id) AS first_day, lead(by_customer."start") OVER (PARTITION BY by_customer.customer_id ORDER BY by_customer."start") AS later_start
FROM (SELECT purchases.customer_id AS customer_id, CAST(date_trunc('month', purchases.day) AS DATE) AS "start", min(purchases.day) AS day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, CAST(date_trunc('month', purchases.day) AS DATE)) AS by_customer) AS own
WHERE own.first_day >= CAST(%(from_day)s AS DATE) GROUP BY CAST(date_trunc('month', own.first_day) AS DATE), own."start"

-- returns of cohorts by month, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT CAST(date_trunc('month', firsts.first_day) AS DATE) AS cohort, CAST(date_trunc('month', returned.day) AS DATE) AS "start", sum(CAST(returned.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE) AND return_facts.returned_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND return_facts.customer_id IS NOT NULL AND return_facts.unit_price > 0) AS returned JOIN (SELECT purchases.customer_id AS customer_id, min(purchases.day) AS first_day
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS firsts ON firsts.customer_id = returned.customer_id
WHERE firsts.first_day >= CAST(%(from_day)s AS DATE) GROUP BY CAST(date_trunc('month', firsts.first_day) AS DATE), CAST(date_trunc('month', returned.day) AS DATE)

-- earned by product, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key

-- earned by author, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key

-- earned by category, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.revenue
FROM (SELECT parts.key AS key, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged ORDER BY merged.revenue DESC, merged.key

-- amounts by customer, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT buyers.revenue, count(*) AS items
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers GROUP BY buyers.revenue

-- top customers, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.key, keyed.id, keyed.revenue
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed ORDER BY keyed.revenue DESC, keyed.key, keyed.id
 LIMIT %(limit)s

-- lines without customer, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS lines
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.customer_id IS NULL

-- repeat buying, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats, count(*) AS customers
FROM (SELECT by_customer.days - 1 AS repeats, DATEDIFF(day, by_customer.first_day, by_customer.last_day) AS recency_days, DATEDIFF(day, by_customer.first_day, CAST(%(split)s AS DATE)) - 1 AS age_days, by_customer.later_repeats AS later_repeats
FROM (SELECT min(days.day) AS first_day, max(CASE WHEN (days.day < CAST(%(split)s AS DATE)) THEN days.day END) AS last_day, sum(CAST(CASE WHEN (days.day < CAST(%(split)s AS DATE)) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) AS days, sum(CAST(CASE WHEN (days.day < CAST(%(split)s AS DATE)) THEN 0 ELSE 1 END AS NUMERIC(38, 0))) AS later_repeats
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days GROUP BY days.customer_id) AS by_customer
WHERE by_customer.first_day < CAST(%(split)s AS DATE) AND by_customer.first_day >= CAST(%(from_day)s AS DATE)) AS histories GROUP BY histories.repeats, histories.recency_days, histories.age_days, histories.later_repeats

-- repeat spending, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE) GROUP BY dated.customer_id, dated.first_day)
 SELECT repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue, count(*) AS customers
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, DATEDIFF(day, bought.first_day, bought.last_day) AS recency_days, DATEDIFF(day, bought.first_day, CAST(%(as_of)s AS DATE)) - 1 AS age_days, bought.amount AS repeat_revenue
FROM bought) AS repeaters GROUP BY repeaters.repeats, repeaters.recency_days, repeaters.age_days, repeaters.repeat_revenue

-- repeaters, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE) GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT marked.repeats AS repeats, marked.recency_days AS recency_days, marked.age_days AS age_days, marked.repeat_revenue AS repeat_revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(marked.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT repeaters.customer_id AS customer_id, repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, DATEDIFF(day, bought.first_day, bought.last_day) AS recency_days, DATEDIFF(day, bought.first_day, CAST(%(as_of)s AS DATE)) - 1 AS age_days, bought.amount AS repeat_revenue
FROM bought) AS repeaters
WHERE repeaters.repeats >= %(fewest_repeats)s AND %(wanted)s LIKE ('%%,' || CAST(repeaters.repeats AS VARCHAR) || ';' || CAST(repeaters.recency_days AS VARCHAR) || ';' || CAST(repeaters.age_days AS VARCHAR) || ';' || CAST(CAST(repeaters.repeat_revenue * 10000 AS NUMERIC(38, 0)) AS VARCHAR) || ';' || ',%%')) AS marked LEFT OUTER JOIN customers ON customers.id = marked.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- late, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT count(*) AS customers, count(idle_buyers.long_gap_tenths) AS repeat_customers, sum(CAST(idle_buyers.late AS NUMERIC(38, 0))) AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers

-- one repeater, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
bought AS
(SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, max(dated.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (dated.day > dated.first_day) THEN dated.amount ELSE 0 END AS NUMERIC(38, 4))) AS amount
FROM (SELECT days.customer_id AS customer_id, days.day AS day, days.amount AS amount, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id = %(customer)s GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE) GROUP BY dated.customer_id, dated.first_day)
 SELECT keyed.repeats, keyed.recency_days, keyed.age_days, keyed.repeat_revenue, keyed.key, keyed.id
FROM (SELECT repeaters.repeats AS repeats, repeaters.recency_days AS recency_days, repeaters.age_days AS age_days, repeaters.repeat_revenue AS repeat_revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(repeaters.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT bought.customer_id AS customer_id, bought.days - 1 AS repeats, DATEDIFF(day, bought.first_day, bought.last_day) AS recency_days, DATEDIFF(day, bought.first_day, CAST(%(as_of)s AS DATE)) - 1 AS age_days, bought.amount AS repeat_revenue
FROM bought) AS repeaters LEFT OUTER JOIN customers ON customers.id = repeaters.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- one idle buyer, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(idle_buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id = %(customer)s GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers LEFT OUTER JOIN customers ON customers.id = idle_buyers.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- one customer by cuts, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, 5 - (CASE WHEN (keyed.last_day < CAST(%(before_1)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_2)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_3)s AS DATE)) THEN 1 ELSE 0 END + CASE WHEN (keyed.last_day < CAST(%(before_4)s AS DATE)) THEN 1 ELSE 0 END) AS r, 1 + CASE WHEN (keyed.orders > %(orders_above_1)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_2)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_3)s) THEN 1 ELSE 0 END + CASE WHEN (keyed.orders > %(orders_above_4)s) THEN 1 ELSE 0 END AS f, 1 + CASE WHEN (keyed.revenue > CAST(%(amount_above_1)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_2)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_3)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END + CASE WHEN (keyed.revenue > CAST(%(amount_above_4)s AS NUMERIC(38, 5))) THEN 1 ELSE 0 END AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = %(customer)s

-- one customer by ntile, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT scored.key, scored.id, scored.last_day, scored.orders, scored.revenue, scored.r, scored.f, scored.m
FROM (SELECT keyed.customer_id AS customer_id, keyed.last_day AS last_day, keyed.orders AS orders, keyed.revenue AS revenue, keyed.key AS key, keyed.id AS id, ntile(5) OVER (ORDER BY keyed.last_day, keyed.key, keyed.id) AS r, ntile(5) OVER (ORDER BY keyed.orders, keyed.key, keyed.id) AS f, ntile(5) OVER (ORDER BY keyed.revenue, keyed.key, keyed.id) AS m
FROM (SELECT buyers.customer_id AS customer_id, buyers.last_day AS last_day, buyers.orders AS orders, buyers.revenue AS revenue, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(buyers.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT purchases.customer_id AS customer_id, max(purchases.day) AS last_day, count(*) AS orders, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS revenue
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id) AS buyers LEFT OUTER JOIN customers ON customers.id = buyers.customer_id) AS keyed) AS scored
WHERE scored.customer_id = %(customer)s

-- favourites by product, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, max(books.title) AS title, max(keyed.description) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, own.sku AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.customer_id = %(customer)s) AS own) AS keyed LEFT OUTER JOIN books ON books.id = keyed.book_id GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- favourites by author, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, books.author AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.customer_id = %(customer)s) AS own JOIN books ON books.id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- favourites by category, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT merged.key, merged.name, merged.revenue, merged.units, merged.orders, merged.customers
FROM (SELECT parts.key AS key, coalesce(max(parts.title), max(parts.description)) AS name, sum(CAST(parts.revenue AS NUMERIC(38, 4))) AS revenue, sum(CAST(parts.units AS NUMERIC(38, 0))) AS units, sum(CAST(parts.orders AS NUMERIC(38, 0))) AS orders, sum(CAST(parts.customers AS NUMERIC(38, 0))) AS customers
FROM (SELECT keyed.key AS key, CAST(NULL AS VARCHAR) AS title, CAST(NULL AS VARCHAR) AS description, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS revenue, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS units, count(DISTINCT keyed.order_id) AS orders, count(DISTINCT keyed.customer_id) AS customers
FROM (SELECT own.order_id AS order_id, own.customer_id AS customer_id, own.day AS day, own.sku AS sku, own.book_id AS book_id, own.description AS description, own.quantity AS quantity, own.amount AS amount, categories.category AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold
WHERE sold.customer_id = %(customer)s) AS own JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = own.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS merged
WHERE merged.orders > 0 ORDER BY merged.orders DESC, merged.key
 LIMIT %(limit)s

-- idle buyers, late all, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late all, after one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE keyed.key > %(after_key)s OR keyed.key = %(after_key)s AND keyed.id > %(after_id)s ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late yes, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late yes, after one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 1) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE keyed.key > %(after_key)s OR keyed.key = %(after_key)s AND keyed.id > %(after_id)s ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late no, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

-- idle buyers, late no, after one, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
customers AS
(SELECT id, reference, deleted_at FROM DAYBOOK.PUBLIC.customer_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT keyed.first_day, keyed.last_day, keyed.days, keyed.long_gap_tenths, keyed.key, keyed.id
FROM (SELECT listed.first_day AS first_day, listed.last_day AS last_day, listed.days AS days, listed.long_gap_tenths AS long_gap_tenths, coalesce(customers.reference, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12))) AS key, (SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 1, 8) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 9, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 13, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 17, 4) || '-' || SUBSTR(REPLACE(LOWER(listed.customer_id), '-', ''), 21, 12)) AS id
FROM (SELECT idle_buyers.customer_id AS customer_id, idle_buyers.first_day AS first_day, idle_buyers.last_day AS last_day, idle_buyers.days AS days, idle_buyers.long_gap_tenths AS long_gap_tenths, idle_buyers.late AS late
FROM (SELECT buyers.customer_id AS customer_id, buyers.first_day AS first_day, buyers.last_day AS last_day, buyers.days AS days, buyers.long_gap_tenths AS long_gap_tenths, CASE WHEN (DATEDIFF(day, buyers.last_day, CAST(%(as_of)s AS DATE)) * 10 > buyers.long_gap_tenths) THEN 1 ELSE 0 END AS late
FROM (SELECT ranked.customer_id AS customer_id, ranked.first_day AS first_day, max(ranked.day) AS last_day, count(*) AS days, sum(CAST(CASE WHEN (ranked.gap IS NULL) THEN NULL WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) >= 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 10) THEN ranked.gap * (10 - (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) WHEN (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) < 0 AND 9 * (ranked.gaps - 1) - 10 * (ranked.place - 1) > -10) THEN ranked.gap * (10 + (9 * (ranked.gaps - 1) - 10 * (ranked.place - 1))) ELSE 0 END AS NUMERIC(38, 0))) AS long_gap_tenths
FROM (SELECT gaps.customer_id AS customer_id, gaps.first_day AS first_day, gaps.day AS day, gaps.gap AS gap, row_number() OVER (PARTITION BY gaps.customer_id ORDER BY CASE WHEN (gaps.gap IS NULL) THEN 1 ELSE 0 END, gaps.gap) AS place, count(gaps.gap) OVER (PARTITION BY gaps.customer_id) AS gaps
FROM (SELECT dated.customer_id AS customer_id, dated.first_day AS first_day, dated.day AS day, DATEDIFF(day, dated.previous, dated.day) AS gap
FROM (SELECT days.customer_id AS customer_id, days.day AS day, min(days.day) OVER (PARTITION BY days.customer_id) AS first_day, lag(days.day) OVER (PARTITION BY days.customer_id ORDER BY days.day) AS previous
FROM (SELECT purchases.customer_id AS customer_id, purchases.day AS day, sum(CAST(purchases.amount AS NUMERIC(38, 4))) AS amount
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sum(CAST(sale_facts.amount AS NUMERIC(38, 4))) AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0 GROUP BY sale_facts.order_id, sale_facts.customer_id, sale_facts.placed_at) AS purchases
WHERE purchases.customer_id IS NOT NULL GROUP BY purchases.customer_id, purchases.day) AS days) AS dated
WHERE dated.first_day >= CAST(%(from_day)s AS DATE)) AS gaps) AS ranked GROUP BY ranked.customer_id, ranked.first_day) AS buyers) AS idle_buyers
WHERE idle_buyers.late = 0) AS listed LEFT OUTER JOIN customers ON customers.id = listed.customer_id) AS keyed
WHERE keyed.key > %(after_key)s OR keyed.key = %(after_key)s AND keyed.id > %(after_id)s ORDER BY keyed.key, keyed.id
 LIMIT %(limit)s

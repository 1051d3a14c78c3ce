-- items by product, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT frequent.key, names.name, frequent.baskets
FROM frequent JOIN (SELECT lines.sku AS sku, coalesce(max(books.title), max(lines.description)) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold UNION ALL SELECT returned.sku AS sku, returned.book_id AS book_id, returned.description AS description
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS lines LEFT OUTER JOIN books ON books.id = lines.book_id GROUP BY lines.sku) AS names ON names.sku = frequent.key ORDER BY frequent.key

-- item sets by product, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT LISTAGG(CAST(frequent.item AS VARCHAR), ',') WITHIN GROUP (ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by author, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY frequent.key

-- item sets by author, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT LISTAGG(CAST(frequent.item AS VARCHAR), ',') WITHIN GROUP (ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by category, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY frequent.key

-- item sets by category, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT LISTAGG(CAST(frequent.item AS VARCHAR), ',') WITHIN GROUP (ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- movements of product by revenue, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 4))) AS value, sum(CAST(parts.before AS NUMERIC(38, 4))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, -sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- movements of author by units, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, -sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, books.author AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS returned JOIN books ON books.id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- movements of category by orders, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_2) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.order_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_3.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_3) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, categories.category AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS returned JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_4.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_4) AS categories ON categories.book_id = returned.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- movements of product by customers, everything
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
return_facts AS
(SELECT return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.PUBLIC.return_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.customer_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.customer_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, 0 AS before
FROM (SELECT returned.customer_id AS customer_id, returned.day AS day, returned.sku AS sku, returned.book_id AS book_id, returned.description AS description, returned.quantity AS quantity, returned.amount AS amount, returned.sku AS key
FROM (SELECT return_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) AS day, return_facts.sku AS sku, return_facts.book_id AS book_id, return_facts.description AS description, return_facts.quantity AS quantity, return_facts.amount AS amount
FROM return_facts
WHERE return_facts.currency = %(currency)s AND return_facts.returned_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, return_facts.returned_at) AS DATE) < CAST(%(before_as_of)s AS DATE)) AS returned) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- items by product, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT frequent.key, names.name, frequent.baskets
FROM frequent JOIN (SELECT lines.sku AS sku, coalesce(max(books.title), max(lines.description)) AS name
FROM (SELECT sold.sku AS sku, sold.book_id AS book_id, sold.description AS description
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS lines LEFT OUTER JOIN books ON books.id = lines.book_id GROUP BY lines.sku) AS names ON names.sku = frequent.key ORDER BY frequent.key

-- item sets by product, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT LISTAGG(CAST(frequent.item AS VARCHAR), ',') WITHIN GROUP (ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by author, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY frequent.key

-- item sets by author, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT LISTAGG(CAST(frequent.item AS VARCHAR), ',') WITHIN GROUP (ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- items by category, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT frequent.key, CAST(NULL AS VARCHAR) AS name, frequent.baskets
FROM frequent ORDER BY frequent.key

-- item sets by category, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
held AS
(SELECT DISTINCT keyed.order_id AS order_id, keyed.key AS key
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed),
frequent AS
(SELECT enough.key AS key, enough.baskets AS baskets, row_number() OVER (ORDER BY enough.key) - 1 AS item
FROM (SELECT held.key AS key, count(*) AS baskets
FROM held GROUP BY held.key
HAVING count(*) >= %(least)s) AS enough)
 SELECT sets.numbers, count(*) AS baskets
FROM (SELECT LISTAGG(CAST(frequent.item AS VARCHAR), ',') WITHIN GROUP (ORDER BY frequent.item) AS numbers
FROM held JOIN frequent ON frequent.key = held.key GROUP BY held.order_id
HAVING count(*) > 1) AS sets GROUP BY sets.numbers

-- movements of product by revenue, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 4))) AS value, sum(CAST(parts.before AS NUMERIC(38, 4))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.amount AS NUMERIC(38, 4))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE) AND sale_facts.placed_at >= %(before_since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(before_from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- movements of author by units, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, sum(CAST(keyed.quantity AS NUMERIC(38, 0))) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, books.author AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE) AND sale_facts.placed_at >= %(before_since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(before_from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN books ON books.id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- movements of category by orders, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s)),
books AS
(SELECT id, title, author, categories FROM DAYBOOK.PUBLIC.book_facts WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.order_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_1.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_1) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.order_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, categories.category AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE) AND sale_facts.placed_at >= %(before_since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(before_from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold JOIN (SELECT DISTINCT books.id AS book_id, CAST(anon_2.value AS VARCHAR) AS category
FROM books, LATERAL FLATTEN(input => books.categories) AS anon_2) AS categories ON categories.book_id = sold.book_id) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

-- movements of product by customers, least
WITH sale_facts AS
(SELECT order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount FROM DAYBOOK.MARTS.SALES WHERE generation <= %(generation)s AND (withdrawn IS NULL OR withdrawn > %(generation)s))
 SELECT moved.key, moved.value, moved.before, count(*) OVER () AS found, sum(CAST(CASE WHEN (moved.change > 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS risen, sum(CAST(CASE WHEN (moved.change < 0) THEN 1 ELSE 0 END AS NUMERIC(38, 0))) OVER () AS fallen
FROM (SELECT both_periods.key AS key, both_periods.value AS value, both_periods.before AS before, both_periods.value - both_periods.before AS change
FROM (SELECT parts.key AS key, sum(CAST(parts.value AS NUMERIC(38, 0))) AS value, sum(CAST(parts.before AS NUMERIC(38, 0))) AS before
FROM (SELECT keyed.key AS key, count(DISTINCT keyed.customer_id) AS value, 0 AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(as_of)s AS DATE) AND sale_facts.placed_at >= %(since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key UNION ALL SELECT keyed.key AS key, 0 AS value, count(DISTINCT keyed.customer_id) AS before
FROM (SELECT sold.order_id AS order_id, sold.customer_id AS customer_id, sold.day AS day, sold.sku AS sku, sold.book_id AS book_id, sold.description AS description, sold.quantity AS quantity, sold.amount AS amount, sold.sku AS key
FROM (SELECT sale_facts.order_id AS order_id, sale_facts.customer_id AS customer_id, CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) AS day, sale_facts.sku AS sku, sale_facts.book_id AS book_id, sale_facts.description AS description, sale_facts.quantity AS quantity, sale_facts.amount AS amount
FROM sale_facts
WHERE sale_facts.currency = %(currency)s AND sale_facts.placed_at < %(before_until)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) < CAST(%(before_as_of)s AS DATE) AND sale_facts.placed_at >= %(before_since)s AND CAST(CONVERT_TIMEZONE(%(tz)s, sale_facts.placed_at) AS DATE) >= CAST(%(before_from_day)s AS DATE) AND sale_facts.customer_id IS NOT NULL AND sale_facts.unit_price > 0) AS sold) AS keyed GROUP BY keyed.key) AS parts GROUP BY parts.key) AS both_periods) AS moved ORDER BY abs(moved.change) DESC, moved.key
 LIMIT %(limit)s

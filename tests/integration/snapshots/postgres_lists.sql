-- books, newest first
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.deleted_at IS NULL ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $1::BIGINT
-- many

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL
-- 

-- books, the next page
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.deleted_at IS NULL AND (books.created_at, books.id) < ($1::TIMESTAMP WITH TIME ZONE, $2::UUID) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $3::BIGINT
-- after_0, after_1, many

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL
-- 

-- books, by words, category and year
-- books.search
WITH rank_1 AS 
(SELECT books.created_at AS created_at, books.id AS id, 1 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY)) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4::BIGINT), 
rank_2 AS 
(SELECT books.created_at AS created_at, books.id AS id, 2 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($5::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY)) AND (SELECT count(*) AS count_1 
FROM rank_1) < $4::BIGINT ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4::BIGINT), 
rank_3 AS 
(SELECT books.created_at AS created_at, books.id AS id, 3 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($6::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($5::VARCHAR AS TSQUERY)) AND (SELECT count(*) AS count_2 
FROM rank_1) + (SELECT count(*) AS count_3 
FROM rank_2) < $4::BIGINT ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4::BIGINT)
 SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, found.relevance 
FROM (SELECT rank_1.created_at AS created_at, rank_1.id AS id, rank_1.relevance AS relevance 
FROM rank_1 UNION ALL SELECT rank_2.created_at AS created_at, rank_2.id AS id, rank_2.relevance AS relevance 
FROM rank_2 UNION ALL SELECT rank_3.created_at AS created_at, rank_3.id AS id, rank_3.relevance AS relevance 
FROM rank_3) AS found JOIN books ON found.id = books.id 
WHERE $4::BIGINT > $7::BIGINT OR (SELECT count(*) AS count_4 
FROM books AS one JOIN books AS other ON true) > $8::INTEGER ORDER BY found.relevance, books.created_at DESC, books.id DESC 
 LIMIT $4::BIGINT
-- filter_0, filter_1, rank_1, many, rank_2, rank_3, param_1, param_2

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY))
-- filter_0, filter_1, words

-- books, the next page of a search
-- books.search
WITH rank_2 AS 
(SELECT books.created_at AS created_at, books.id AS id, 2 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($2::VARCHAR AS TSQUERY)) AND (books.created_at, books.id) < ($3::TIMESTAMP WITH TIME ZONE, $4::UUID) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $5::BIGINT), 
rank_3 AS 
(SELECT books.created_at AS created_at, books.id AS id, 3 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($6::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND (SELECT count(*) AS count_1 
FROM rank_2) < $5::BIGINT ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $5::BIGINT)
 SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, found.relevance 
FROM (SELECT rank_2.created_at AS created_at, rank_2.id AS id, rank_2.relevance AS relevance 
FROM rank_2 UNION ALL SELECT rank_3.created_at AS created_at, rank_3.id AS id, rank_3.relevance AS relevance 
FROM rank_3) AS found JOIN books ON found.id = books.id 
WHERE $5::BIGINT > $7::BIGINT OR (SELECT count(*) AS count_2 
FROM books AS one JOIN books AS other ON true) > $8::INTEGER ORDER BY found.relevance, books.created_at DESC, books.id DESC 
 LIMIT $5::BIGINT
-- rank_2, rank_1, after_0, after_1, many, rank_3, param_1, param_2

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY))
-- words

-- books, mixed directions
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.deleted_at IS NULL AND (coalesce(books.published_date, '') < $1::VARCHAR OR coalesce(books.published_date, '') = $1::VARCHAR AND books.title > $2::VARCHAR OR coalesce(books.published_date, '') = $1::VARCHAR AND books.title = $2::VARCHAR AND books.id > $3::UUID) ORDER BY coalesce(books.published_date, '') DESC, books.title, books.id 
 LIMIT $4::BIGINT
-- after_0, after_1, after_2, many

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL
-- 

-- books, deleted ones too
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $1::BIGINT
-- many

-- books.count
SELECT count(*) AS count_1 
FROM books
-- 

-- customers, by tag and name
-- customers.list
SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags, customers.metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at 
FROM customers 
WHERE customers.deleted_at IS NULL AND customers.tags @> $1::TEXT[] AND (coalesce(customers.name, ''), customers.id) > ($2::VARCHAR, $3::UUID) ORDER BY coalesce(customers.name, ''), customers.id 
 LIMIT $4::BIGINT
-- filter_0, after_0, after_1, many

-- customers.count
SELECT count(*) AS count_1 
FROM customers 
WHERE customers.deleted_at IS NULL AND customers.tags @> $1::TEXT[]
-- filter_0

-- orders, of one customer since
-- orders.list
SELECT orders.id, orders.customer_id, orders.channel, orders.reference, orders.currency, orders.status, orders.placed_at, orders.subtotal, orders.tax, orders.shipping, orders.line_count, orders.version, orders.created_at, orders.created_by, orders.updated_at, orders.updated_by 
FROM orders 
WHERE orders.customer_id = $1::UUID AND orders.placed_at >= $2::TIMESTAMP WITH TIME ZONE ORDER BY orders.placed_at DESC, orders.id DESC 
 LIMIT $3::BIGINT
-- filter_0, filter_1, many

-- orders.count
SELECT count(*) AS count_1 
FROM orders 
WHERE orders.customer_id = $1::UUID AND orders.placed_at >= $2::TIMESTAMP WITH TIME ZONE
-- filter_0, filter_1

-- returns, by channel
-- returns.list
SELECT returns.id, returns.order_id, returns.customer_id, returns.channel, returns.reference, returns.currency, returns.returned_at, returns.total, returns.line_count, returns.version, returns.created_at, returns.created_by, returns.updated_at, returns.updated_by 
FROM returns 
WHERE returns.channel = $1::VARCHAR ORDER BY returns.returned_at DESC, returns.id DESC 
 LIMIT $2::BIGINT
-- filter_0, many

-- returns.count
SELECT count(*) AS count_1 
FROM returns 
WHERE returns.channel = $1::VARCHAR
-- filter_0


-- books, newest first
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.deleted_at IS NULL ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $1
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
 LIMIT $3
-- after_0, after_1, many

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL
-- 

-- books, by words, category and year
-- books.search
SELECT anon_1.id, anon_1.title, anon_1.author, anon_1.isbn, anon_1.published_date, anon_1.description, anon_1.language, anon_1.price_amount, anon_1.price_currency, anon_1.categories, anon_1.subtitle, anon_1.publisher, anon_1.edition, anon_1.format, anon_1.pages, anon_1.series, anon_1.series_position, anon_1.availability, anon_1.contributors, anon_1.rating_count, anon_1.rating_sum, anon_1.version, anon_1.created_at, anon_1.created_by, anon_1.updated_at, anon_1.updated_by, anon_1.deleted_at, anon_1.relevance 
FROM (SELECT rank_0.id AS id, rank_0.title AS title, rank_0.author AS author, rank_0.isbn AS isbn, rank_0.published_date AS published_date, rank_0.description AS description, rank_0.language AS language, rank_0.price_amount AS price_amount, rank_0.price_currency AS price_currency, rank_0.categories AS categories, rank_0.subtitle AS subtitle, rank_0.publisher AS publisher, rank_0.edition AS edition, rank_0.format AS format, rank_0.pages AS pages, rank_0.series AS series, rank_0.series_position AS series_position, rank_0.availability AS availability, rank_0.contributors AS contributors, rank_0.rating_count AS rating_count, rank_0.rating_sum AS rating_sum, rank_0.version AS version, rank_0.created_at AS created_at, rank_0.created_by AS created_by, rank_0.updated_at AS updated_at, rank_0.updated_by AS updated_by, rank_0.deleted_at AS deleted_at, rank_0.relevance AS relevance 
FROM (SELECT books.id AS id, books.title AS title, books.author AS author, books.isbn AS isbn, books.published_date AS published_date, books.description AS description, books.language AS language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency AS price_currency, books.categories AS categories, books.subtitle AS subtitle, books.publisher AS publisher, books.edition AS edition, books.format AS format, books.pages AS pages, books.series AS series, books.series_position AS series_position, books.availability AS availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count AS rating_count, books.rating_sum AS rating_sum, books.version AS version, books.created_at AS created_at, books.created_by AS created_by, books.updated_at AS updated_at, books.updated_by AS updated_by, books.deleted_at AS deleted_at, 1 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY)) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4) AS rank_0 UNION ALL SELECT rank_1.id AS id, rank_1.title AS title, rank_1.author AS author, rank_1.isbn AS isbn, rank_1.published_date AS published_date, rank_1.description AS description, rank_1.language AS language, rank_1.price_amount AS price_amount, rank_1.price_currency AS price_currency, rank_1.categories AS categories, rank_1.subtitle AS subtitle, rank_1.publisher AS publisher, rank_1.edition AS edition, rank_1.format AS format, rank_1.pages AS pages, rank_1.series AS series, rank_1.series_position AS series_position, rank_1.availability AS availability, rank_1.contributors AS contributors, rank_1.rating_count AS rating_count, rank_1.rating_sum AS rating_sum, rank_1.version AS version, rank_1.created_at AS created_at, rank_1.created_by AS created_by, rank_1.updated_at AS updated_at, rank_1.updated_by AS updated_by, rank_1.deleted_at AS deleted_at, rank_1.relevance AS relevance 
FROM (SELECT books.id AS id, books.title AS title, books.author AS author, books.isbn AS isbn, books.published_date AS published_date, books.description AS description, books.language AS language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency AS price_currency, books.categories AS categories, books.subtitle AS subtitle, books.publisher AS publisher, books.edition AS edition, books.format AS format, books.pages AS pages, books.series AS series, books.series_position AS series_position, books.availability AS availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count AS rating_count, books.rating_sum AS rating_sum, books.version AS version, books.created_at AS created_at, books.created_by AS created_by, books.updated_at AS updated_at, books.updated_by AS updated_by, books.deleted_at AS deleted_at, 2 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($5::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY)) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4) AS rank_1 UNION ALL SELECT rank_2.id AS id, rank_2.title AS title, rank_2.author AS author, rank_2.isbn AS isbn, rank_2.published_date AS published_date, rank_2.description AS description, rank_2.language AS language, rank_2.price_amount AS price_amount, rank_2.price_currency AS price_currency, rank_2.categories AS categories, rank_2.subtitle AS subtitle, rank_2.publisher AS publisher, rank_2.edition AS edition, rank_2.format AS format, rank_2.pages AS pages, rank_2.series AS series, rank_2.series_position AS series_position, rank_2.availability AS availability, rank_2.contributors AS contributors, rank_2.rating_count AS rating_count, rank_2.rating_sum AS rating_sum, rank_2.version AS version, rank_2.created_at AS created_at, rank_2.created_by AS created_by, rank_2.updated_at AS updated_at, rank_2.updated_by AS updated_by, rank_2.deleted_at AS deleted_at, rank_2.relevance AS relevance 
FROM (SELECT books.id AS id, books.title AS title, books.author AS author, books.isbn AS isbn, books.published_date AS published_date, books.description AS description, books.language AS language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency AS price_currency, books.categories AS categories, books.subtitle AS subtitle, books.publisher AS publisher, books.edition AS edition, books.format AS format, books.pages AS pages, books.series AS series, books.series_position AS series_position, books.availability AS availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count AS rating_count, books.rating_sum AS rating_sum, books.version AS version, books.created_at AS created_at, books.created_by AS created_by, books.updated_at AS updated_at, books.updated_by AS updated_by, books.deleted_at AS deleted_at, 3 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($6::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($5::VARCHAR AS TSQUERY)) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4) AS rank_2) AS anon_1 ORDER BY anon_1.relevance, anon_1.created_at DESC, anon_1.id DESC 
 LIMIT $4
-- filter_0, filter_1, rank_1, many, rank_2, rank_3

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND books.published_date <= $2::VARCHAR AND (books.search_tokens @@ CAST($3::VARCHAR AS TSQUERY))
-- filter_0, filter_1, words

-- books, the next page of a search
-- books.search
SELECT anon_1.id, anon_1.title, anon_1.author, anon_1.isbn, anon_1.published_date, anon_1.description, anon_1.language, anon_1.price_amount, anon_1.price_currency, anon_1.categories, anon_1.subtitle, anon_1.publisher, anon_1.edition, anon_1.format, anon_1.pages, anon_1.series, anon_1.series_position, anon_1.availability, anon_1.contributors, anon_1.rating_count, anon_1.rating_sum, anon_1.version, anon_1.created_at, anon_1.created_by, anon_1.updated_at, anon_1.updated_by, anon_1.deleted_at, anon_1.relevance 
FROM (SELECT rank_0.id AS id, rank_0.title AS title, rank_0.author AS author, rank_0.isbn AS isbn, rank_0.published_date AS published_date, rank_0.description AS description, rank_0.language AS language, rank_0.price_amount AS price_amount, rank_0.price_currency AS price_currency, rank_0.categories AS categories, rank_0.subtitle AS subtitle, rank_0.publisher AS publisher, rank_0.edition AS edition, rank_0.format AS format, rank_0.pages AS pages, rank_0.series AS series, rank_0.series_position AS series_position, rank_0.availability AS availability, rank_0.contributors AS contributors, rank_0.rating_count AS rating_count, rank_0.rating_sum AS rating_sum, rank_0.version AS version, rank_0.created_at AS created_at, rank_0.created_by AS created_by, rank_0.updated_at AS updated_at, rank_0.updated_by AS updated_by, rank_0.deleted_at AS deleted_at, rank_0.relevance AS relevance 
FROM (SELECT books.id AS id, books.title AS title, books.author AS author, books.isbn AS isbn, books.published_date AS published_date, books.description AS description, books.language AS language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency AS price_currency, books.categories AS categories, books.subtitle AS subtitle, books.publisher AS publisher, books.edition AS edition, books.format AS format, books.pages AS pages, books.series AS series, books.series_position AS series_position, books.availability AS availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count AS rating_count, books.rating_sum AS rating_sum, books.version AS version, books.created_at AS created_at, books.created_by AS created_by, books.updated_at AS updated_at, books.updated_by AS updated_by, books.deleted_at AS deleted_at, 2 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($2::VARCHAR AS TSQUERY)) AND (books.created_at, books.id) < ($3::TIMESTAMP WITH TIME ZONE, $4::UUID) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $5) AS rank_0 UNION ALL SELECT rank_1.id AS id, rank_1.title AS title, rank_1.author AS author, rank_1.isbn AS isbn, rank_1.published_date AS published_date, rank_1.description AS description, rank_1.language AS language, rank_1.price_amount AS price_amount, rank_1.price_currency AS price_currency, rank_1.categories AS categories, rank_1.subtitle AS subtitle, rank_1.publisher AS publisher, rank_1.edition AS edition, rank_1.format AS format, rank_1.pages AS pages, rank_1.series AS series, rank_1.series_position AS series_position, rank_1.availability AS availability, rank_1.contributors AS contributors, rank_1.rating_count AS rating_count, rank_1.rating_sum AS rating_sum, rank_1.version AS version, rank_1.created_at AS created_at, rank_1.created_by AS created_by, rank_1.updated_at AS updated_at, rank_1.updated_by AS updated_by, rank_1.deleted_at AS deleted_at, rank_1.relevance AS relevance 
FROM (SELECT books.id AS id, books.title AS title, books.author AS author, books.isbn AS isbn, books.published_date AS published_date, books.description AS description, books.language AS language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency AS price_currency, books.categories AS categories, books.subtitle AS subtitle, books.publisher AS publisher, books.edition AS edition, books.format AS format, books.pages AS pages, books.series AS series, books.series_position AS series_position, books.availability AS availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count AS rating_count, books.rating_sum AS rating_sum, books.version AS version, books.created_at AS created_at, books.created_by AS created_by, books.updated_at AS updated_at, books.updated_by AS updated_by, books.deleted_at AS deleted_at, 3 AS relevance 
FROM books 
WHERE books.deleted_at IS NULL AND (books.search_tokens @@ CAST($6::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($2::VARCHAR AS TSQUERY)) AND NOT (books.search_tokens @@ CAST($1::VARCHAR AS TSQUERY)) ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $5) AS rank_1) AS anon_1 ORDER BY anon_1.relevance, anon_1.created_at DESC, anon_1.id DESC 
 LIMIT $5
-- rank_2, rank_1, after_0, after_1, many, rank_3

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
 LIMIT $4
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
 LIMIT $1
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
 LIMIT $4
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
 LIMIT $3
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
 LIMIT $2
-- filter_0, many

-- returns.count
SELECT count(*) AS count_1 
FROM returns 
WHERE returns.channel = $1::VARCHAR
-- filter_0


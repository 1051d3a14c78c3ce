-- books, newest first
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
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
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
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
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.deleted_at IS NULL AND books.search_tokens @> $1::TEXT[] AND books.categories @> $2::TEXT[] AND books.published_date <= $3::VARCHAR ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $4
-- words, filter_0, filter_1, many

-- books.count
SELECT count(*) AS count_1 
FROM books 
WHERE books.deleted_at IS NULL AND books.search_tokens @> $1::TEXT[] AND books.categories @> $2::TEXT[] AND books.published_date <= $3::VARCHAR
-- words, filter_0, filter_1

-- books, mixed directions
-- books.list
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
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
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books ORDER BY books.created_at DESC, books.id DESC 
 LIMIT $1
-- many

-- books.count
SELECT count(*) AS count_1 
FROM books
-- 

-- customers, by tag and name
-- customers.list
SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags, customers.metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at 
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


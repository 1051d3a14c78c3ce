SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags AS tags, customers.metadata AS metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at
FROM customers
WHERE customers.id = %(id)s;

SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags AS tags, customers.metadata AS metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at
FROM customers
WHERE customers.id IN (__[POSTCOMPILE_ids]);

SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories AS categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, books.contributors AS contributors, books.rating_count, books.rating_sum
FROM books
WHERE books.id = %(id)s;

SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories AS categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, books.contributors AS contributors, books.rating_count, books.rating_sum
FROM books
WHERE books.isbn = %(isbn)s AND books.deleted_at IS NULL;

SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags AS tags, customers.metadata AS metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at
FROM customers
WHERE customers.deleted_at IS NULL ORDER BY customers.created_at DESC, customers.id DESC
 LIMIT %(param_1)s;

SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags AS tags, customers.metadata AS metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at
FROM customers
WHERE customers.deleted_at IS NULL AND contains(customers.search_tokens, %(param_1)s) AND contains(customers.search_tokens, %(param_2)s) AND customers.id IN (SELECT holding.id
FROM customers AS holding, LATERAL FLATTEN(input => holding.tags) AS anon_1
WHERE CAST(anon_1.value AS VARCHAR) = %(filter_0)s) AND customers.status = %(filter_1)s AND customers.created_at >= %(filter_2)s ORDER BY customers.created_at DESC, customers.id DESC
 LIMIT %(param_3)s;

SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags AS tags, customers.metadata AS metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at
FROM customers
WHERE customers.deleted_at IS NULL AND (customers.created_at < %(after_0)s OR customers.created_at = %(after_0)s AND customers.id < %(after_1)s) ORDER BY customers.created_at DESC, customers.id DESC
 LIMIT %(param_1)s;

SELECT customers.id, customers.name, customers.reference, customers.email, customers.phone, customers.status, customers.tags AS tags, customers.metadata AS metadata, customers.version, customers.created_at, customers.created_by, customers.updated_at, customers.updated_by, customers.deleted_at, customers.erased_at
FROM customers
WHERE coalesce(customers.reference, '') > %(after_0)s OR coalesce(customers.reference, '') = %(after_0)s AND coalesce(customers.name, '') < %(after_1)s OR coalesce(customers.reference, '') = %(after_0)s AND coalesce(customers.name, '') = %(after_1)s AND customers.id < %(after_2)s ORDER BY coalesce(customers.reference, ''), coalesce(customers.name, '') DESC, customers.id DESC
 LIMIT %(param_1)s;

SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories AS categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, books.contributors AS contributors, books.rating_count, books.rating_sum
FROM books
WHERE books.deleted_at IS NULL AND contains(books.search_tokens, %(filter_0)s) AND books.published_date <= %(filter_1)s ORDER BY books.created_at DESC, books.id DESC
 LIMIT %(param_1)s;

SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories AS categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, books.contributors AS contributors, books.rating_count, books.rating_sum
FROM books
WHERE books.deleted_at IS NULL AND (books.title > %(after_0)s OR books.title = %(after_0)s AND books.updated_at < %(after_1)s OR books.title = %(after_0)s AND books.updated_at = %(after_1)s AND books.id < %(after_2)s) ORDER BY books.title, books.updated_at DESC, books.id DESC
 LIMIT %(param_1)s;

SELECT count(*) AS total
FROM customers
WHERE customers.deleted_at IS NULL AND contains(customers.search_tokens, %(param_1)s) AND contains(customers.search_tokens, %(param_2)s) AND customers.id IN (SELECT holding.id
FROM customers AS holding, LATERAL FLATTEN(input => holding.tags) AS anon_1
WHERE CAST(anon_1.value AS VARCHAR) = %(filter_0)s) AND customers.status = %(filter_1)s AND customers.created_at >= %(filter_2)s;

SELECT count(*) AS total
FROM books
WHERE books.deleted_at IS NULL AND contains(books.search_tokens, %(filter_0)s) AND books.published_date <= %(filter_1)s;


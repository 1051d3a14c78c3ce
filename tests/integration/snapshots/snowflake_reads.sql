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

SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, books.price_amount, books.price_currency, books.categories AS categories, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, books.contributors AS contributors, books.rating_count, books.rating_sum
FROM books
WHERE books.id IN (__[POSTCOMPILE_ids]);

SELECT authors.id, authors.name, authors.sort_name, authors.other_names AS other_names, authors.born, authors.died, authors.merged_into, authors.version, authors.created_at, authors.created_by, authors.updated_at, authors.updated_by, authors.deleted_at
FROM authors
WHERE authors.id = %(id)s;

SELECT reviews.id, reviews.book_id, reviews.customer_id, reviews.rating, reviews.title, reviews.text, reviews.language, reviews.status, reviews.reason, reviews.version, reviews.created_at, reviews.created_by, reviews.updated_at, reviews.updated_by, reviews.deleted_at
FROM reviews
WHERE reviews.id = %(id)s;

SELECT categories.id, categories.parent_id, categories.name, categories.slug, categories.path, categories.depth, categories.position, categories.code, categories.description, categories.version, categories.created_at, categories.created_by, categories.updated_at, categories.updated_by, categories.deleted_at
FROM categories
WHERE categories.id = %(id)s;

SELECT categories.id, categories.parent_id, categories.name, categories.slug, categories.path, categories.depth, categories.position, categories.code, categories.description, categories.version, categories.created_at, categories.created_by, categories.updated_at, categories.updated_by, categories.deleted_at
FROM categories
WHERE categories.deleted_at IS NULL AND categories.depth <= %(depth)s ORDER BY categories.depth, categories.path;

SELECT categories.id, categories.parent_id, categories.name, categories.slug, categories.path, categories.depth, categories.position, categories.code, categories.description, categories.version, categories.created_at, categories.created_by, categories.updated_at, categories.updated_by, categories.deleted_at
FROM categories AS upmost, categories
WHERE upmost.id = %(id)s AND upmost.deleted_at IS NULL AND categories.deleted_at IS NULL AND (categories.id = upmost.id OR categories.path > (upmost.path || '/') AND categories.path < (upmost.path || '0')) AND categories.depth < upmost.depth + %(depth)s ORDER BY categories.depth, categories.path;

SELECT categories.name_key, categories.path
FROM categories AS upmost, categories
WHERE upmost.id = %(id)s AND upmost.deleted_at IS NULL AND categories.deleted_at IS NULL AND categories.id = upmost.id;

SELECT categories.name_key, categories.path
FROM categories AS upmost, categories
WHERE upmost.id = %(id)s AND upmost.deleted_at IS NULL AND categories.deleted_at IS NULL AND (categories.id = upmost.id OR categories.path > (upmost.path || '/') AND categories.path < (upmost.path || '0'));


        WITH asked AS (
            SELECT id, path FROM categories WHERE id IN (__[POSTCOMPILE_ids]) AND deleted_at IS NULL
        ), member AS (
            SELECT asked.id AS asked_id, beneath.id AS id, beneath.name_key AS name_key, beneath.path AS path
            FROM asked JOIN categories AS beneath ON beneath.deleted_at IS NULL AND (
                beneath.id = asked.id OR (beneath.path > asked.path || '/' AND beneath.path < asked.path || '0')
            )
        ), known AS (
            SELECT asked_id, id, '#' || name_key AS word FROM member
            UNION
            SELECT asked_id, id, '#' || path AS word FROM member
        ), filed AS (
            SELECT books.id AS book_id, CAST(each.value AS VARCHAR) AS word
            FROM books, LATERAL FLATTEN(input => SPLIT(SPLIT_PART(books.search_tokens, ' +', 1), ' ')) AS each
            WHERE books.deleted_at IS NULL
        )
        SELECT known.asked_id AS asked_id,
               COUNT(DISTINCT CASE WHEN known.id = known.asked_id THEN filed.book_id END) AS own,
               COUNT(DISTINCT filed.book_id) AS branch
        FROM known JOIN filed ON filed.word = known.word
        GROUP BY known.asked_id
;

SELECT count(*) AS total
FROM books
WHERE books.deleted_at IS NULL AND books.id IN (SELECT holding.id
FROM books AS holding, LATERAL FLATTEN(input => split(holding.search_tokens, ' ')) AS anon_1
WHERE CAST(anon_1.value AS VARCHAR) IN (__[POSTCOMPILE_filter_0]));

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

SELECT authors.id, authors.name, authors.sort_name, authors.other_names AS other_names, authors.born, authors.died, authors.merged_into, authors.version, authors.created_at, authors.created_by, authors.updated_at, authors.updated_by, authors.deleted_at, CASE WHEN contains(authors.search_tokens, %(param_1)s) THEN 1 WHEN contains(authors.search_tokens, %(param_2)s) THEN 2 ELSE 3 END AS relevance
FROM authors
WHERE authors.deleted_at IS NULL AND contains(authors.search_tokens, %(param_3)s) AND authors.born <= %(filter_0)s ORDER BY CASE WHEN contains(authors.search_tokens, %(param_4)s) THEN 1 WHEN contains(authors.search_tokens, %(param_5)s) THEN 2 ELSE 3 END, authors.created_at DESC, authors.id DESC
 LIMIT %(param_6)s;

SELECT authors.id, authors.name, authors.sort_name, authors.other_names AS other_names, authors.born, authors.died, authors.merged_into, authors.version, authors.created_at, authors.created_by, authors.updated_at, authors.updated_by, authors.deleted_at
FROM authors
WHERE coalesce(authors.died, '') > %(after_0)s OR coalesce(authors.died, '') = %(after_0)s AND coalesce(authors.born, '') < %(after_1)s OR coalesce(authors.died, '') = %(after_0)s AND coalesce(authors.born, '') = %(after_1)s AND authors.id < %(after_2)s ORDER BY coalesce(authors.died, ''), coalesce(authors.born, '') DESC, authors.id DESC
 LIMIT %(param_1)s;

SELECT reviews.id, reviews.book_id, reviews.customer_id, reviews.rating, reviews.title, reviews.text, reviews.language, reviews.status, reviews.reason, reviews.version, reviews.created_at, reviews.created_by, reviews.updated_at, reviews.updated_by, reviews.deleted_at
FROM reviews
WHERE reviews.deleted_at IS NULL AND reviews.book_id = %(filter_0)s AND reviews.customer_id = %(filter_1)s AND reviews.status = %(filter_2)s AND reviews.rating >= %(filter_3)s ORDER BY reviews.created_at DESC, reviews.id DESC
 LIMIT %(param_1)s;

SELECT reviews.id, reviews.book_id, reviews.customer_id, reviews.rating, reviews.title, reviews.text, reviews.language, reviews.status, reviews.reason, reviews.version, reviews.created_at, reviews.created_by, reviews.updated_at, reviews.updated_by, reviews.deleted_at
FROM reviews
WHERE reviews.deleted_at IS NULL AND (reviews.rating < %(after_0)s OR reviews.rating = %(after_0)s AND reviews.id < %(after_1)s) ORDER BY reviews.rating DESC, reviews.id DESC
 LIMIT %(param_1)s;

SELECT categories.id, categories.parent_id, categories.name, categories.slug, categories.path, categories.depth, categories.position, categories.code, categories.description, categories.version, categories.created_at, categories.created_by, categories.updated_at, categories.updated_by, categories.deleted_at
FROM categories
WHERE categories.deleted_at IS NULL AND categories.parent_id = %(filter_0)s AND categories.depth <= %(filter_1)s AND categories.path = %(filter_2)s ORDER BY categories.position, categories.name, categories.id
 LIMIT %(param_1)s;

SELECT categories.id, categories.parent_id, categories.name, categories.slug, categories.path, categories.depth, categories.position, categories.code, categories.description, categories.version, categories.created_at, categories.created_by, categories.updated_at, categories.updated_by, categories.deleted_at
FROM categories
WHERE categories.deleted_at IS NULL AND contains(categories.search_tokens, %(param_1)s) AND (categories.position > %(after_0)s OR categories.position = %(after_0)s AND categories.name > %(after_1)s OR categories.position = %(after_0)s AND categories.name = %(after_1)s AND categories.id > %(after_2)s) ORDER BY categories.position, categories.name, categories.id
 LIMIT %(param_2)s;

SELECT count(*) AS total
FROM customers
WHERE customers.deleted_at IS NULL AND contains(customers.search_tokens, %(param_1)s) AND contains(customers.search_tokens, %(param_2)s) AND customers.id IN (SELECT holding.id
FROM customers AS holding, LATERAL FLATTEN(input => holding.tags) AS anon_1
WHERE CAST(anon_1.value AS VARCHAR) = %(filter_0)s) AND customers.status = %(filter_1)s AND customers.created_at >= %(filter_2)s;

SELECT count(*) AS total
FROM books
WHERE books.deleted_at IS NULL AND contains(books.search_tokens, %(filter_0)s) AND books.published_date <= %(filter_1)s;


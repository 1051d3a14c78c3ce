-- authors.lock
SELECT authors.id 
FROM authors 
WHERE authors.id = ANY ($1::UUID[]) ORDER BY authors.id FOR UPDATE
-- ids

-- books.of_author
SELECT books.id, books.title, books.author, books.isbn, books.published_date, books.description, books.language, CAST(books.price_amount AS TEXT) AS price_amount, books.price_currency, books.categories, books.subtitle, books.publisher, books.edition, books.format, books.pages, books.series, books.series_position, books.availability, CAST(books.contributors AS TEXT) AS contributors, books.rating_count, books.rating_sum, books.version, books.created_at, books.created_by, books.updated_at, books.updated_by, books.deleted_at 
FROM books 
WHERE books.id IN (SELECT book_authors.book_id 
FROM book_authors 
WHERE book_authors.author_id = $1::UUID) ORDER BY books.id FOR UPDATE
-- author_id

-- books.living_of_author
SELECT books.id 
FROM books JOIN book_authors ON book_authors.book_id = books.id 
WHERE book_authors.author_id = $1::UUID AND books.deleted_at IS NULL 
 LIMIT 1
-- author_id

-- authors.living_name
SELECT authors.name 
FROM authors 
WHERE authors.id = $1::UUID AND authors.deleted_at IS NULL
-- author_id

-- authors.root

        WITH RECURSIVE led_to (id, merged_into) AS (
            SELECT id, merged_into FROM authors WHERE id = $1::UUID
            UNION ALL
            SELECT authors.id, authors.merged_into FROM led_to JOIN authors ON authors.id = led_to.merged_into
        )
        SELECT id FROM led_to WHERE merged_into IS NULL
        
-- author_id

-- authors.family

        WITH RECURSIVE family (id) AS (
            SELECT CAST($1::UUID AS uuid)
            UNION
            SELECT authors.id FROM family JOIN authors ON authors.merged_into = family.id
        )
        SELECT id FROM family
        
-- author_id

-- books.recredit

        WITH given AS (
            SELECT *
            FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[]) AS given (id, contributors, words)
        ), relinked AS (
            UPDATE book_authors SET author_id = CAST(entry.value ->> 'id' AS uuid)
            FROM given, jsonb_array_elements(CAST(given.contributors AS jsonb)) WITH ORDINALITY AS entry (value, place)
            WHERE book_authors.book_id = given.id AND book_authors.place = entry.place
        )
        UPDATE books
        SET contributors = CAST(given.contributors AS jsonb),
            search_tokens = array_to_tsvector(CAST(given.words AS text[]))
        FROM given WHERE books.id = given.id
        
-- books_id, books_contributors, books_search_tokens

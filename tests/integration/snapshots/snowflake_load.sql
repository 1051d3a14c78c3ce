BEGIN;

UPDATE watermark SET loads = loads + 1;

CREATE OR REPLACE TEMPORARY TABLE staged_customers (doc VARIANT);

CREATE OR REPLACE TEMPORARY TABLE chosen_customers (id VARCHAR(32), name VARCHAR, reference VARCHAR, email VARCHAR, phone VARCHAR, status VARCHAR, tags ARRAY, metadata VARIANT, search_tokens VARCHAR, version INTEGER, created_at TIMESTAMP_TZ, created_by VARCHAR, updated_at TIMESTAMP_TZ, updated_by VARCHAR, deleted_at TIMESTAMP_TZ, erased_at TIMESTAMP_TZ);

PUT 'file:///folder/file.json.gz' @%staged_customers AUTO_COMPRESS = FALSE;

COPY INTO staged_customers FROM @%staged_customers FILE_FORMAT = (TYPE = JSON) PURGE = TRUE;

INSERT INTO chosen_customers (id, name, reference, email, phone, status, tags, metadata, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, erased_at) SELECT s.doc:"id"::VARCHAR(32), s.doc:"name"::VARCHAR, s.doc:"reference"::VARCHAR, s.doc:"email"::VARCHAR, s.doc:"phone"::VARCHAR, s.doc:"status"::VARCHAR, s.doc:"tags"::ARRAY, s.doc:"metadata"::VARIANT, s.doc:"search_tokens"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ, s.doc:"erased_at"::TIMESTAMP_TZ FROM staged_customers AS s LEFT JOIN customers AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

SELECT COUNT(*) FROM chosen_customers;

DELETE FROM customers USING chosen_customers AS s WHERE customers.id = s.id;

INSERT INTO customers (id, name, reference, email, phone, status, tags, metadata, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, erased_at) SELECT id, name, reference, email, phone, status, tags, metadata, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, erased_at FROM chosen_customers;

CREATE OR REPLACE TEMPORARY TABLE staged_authors (doc VARIANT);

CREATE OR REPLACE TEMPORARY TABLE chosen_authors (id VARCHAR(32), name VARCHAR, name_key VARCHAR, sort_name VARCHAR, other_names ARRAY, born VARCHAR, died VARCHAR, merged_into VARCHAR(32), search_tokens VARCHAR, version INTEGER, created_at TIMESTAMP_TZ, created_by VARCHAR, updated_at TIMESTAMP_TZ, updated_by VARCHAR, deleted_at TIMESTAMP_TZ);

PUT 'file:///folder/file.json.gz' @%staged_authors AUTO_COMPRESS = FALSE;

COPY INTO staged_authors FROM @%staged_authors FILE_FORMAT = (TYPE = JSON) PURGE = TRUE;

INSERT INTO chosen_authors (id, name, name_key, sort_name, other_names, born, died, merged_into, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT s.doc:"id"::VARCHAR(32), s.doc:"name"::VARCHAR, s.doc:"name_key"::VARCHAR, s.doc:"sort_name"::VARCHAR, s.doc:"other_names"::ARRAY, s.doc:"born"::VARCHAR, s.doc:"died"::VARCHAR, s.doc:"merged_into"::VARCHAR(32), s.doc:"search_tokens"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ FROM staged_authors AS s LEFT JOIN authors AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

SELECT COUNT(*) FROM chosen_authors;

DELETE FROM authors USING chosen_authors AS s WHERE authors.id = s.id;

INSERT INTO authors (id, name, name_key, sort_name, other_names, born, died, merged_into, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT id, name, name_key, sort_name, other_names, born, died, merged_into, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at FROM chosen_authors;

CREATE OR REPLACE TEMPORARY TABLE staged_categories (doc VARIANT);

CREATE OR REPLACE TEMPORARY TABLE chosen_categories (id VARCHAR(32), parent_id VARCHAR(32), name VARCHAR, name_key VARCHAR, slug VARCHAR, path VARCHAR, depth INTEGER, position INTEGER, code VARCHAR, description VARCHAR, search_tokens VARCHAR, version INTEGER, created_at TIMESTAMP_TZ, created_by VARCHAR, updated_at TIMESTAMP_TZ, updated_by VARCHAR, deleted_at TIMESTAMP_TZ);

PUT 'file:///folder/file.json.gz' @%staged_categories AUTO_COMPRESS = FALSE;

COPY INTO staged_categories FROM @%staged_categories FILE_FORMAT = (TYPE = JSON) PURGE = TRUE;

INSERT INTO chosen_categories (id, parent_id, name, name_key, slug, path, depth, position, code, description, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT s.doc:"id"::VARCHAR(32), s.doc:"parent_id"::VARCHAR(32), s.doc:"name"::VARCHAR, s.doc:"name_key"::VARCHAR, s.doc:"slug"::VARCHAR, s.doc:"path"::VARCHAR, s.doc:"depth"::INTEGER, s.doc:"position"::INTEGER, s.doc:"code"::VARCHAR, s.doc:"description"::VARCHAR, s.doc:"search_tokens"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ FROM staged_categories AS s LEFT JOIN categories AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

INSERT INTO chosen_categories (id, parent_id, name, name_key, slug, path, depth, position, code, description, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT s.doc:"id"::VARCHAR(32), s.doc:"parent_id"::VARCHAR(32), s.doc:"name"::VARCHAR, s.doc:"name_key"::VARCHAR, s.doc:"slug"::VARCHAR, s.doc:"path"::VARCHAR, s.doc:"depth"::INTEGER, s.doc:"position"::INTEGER, s.doc:"code"::VARCHAR, s.doc:"description"::VARCHAR, s.doc:"search_tokens"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ FROM staged_categories AS s LEFT JOIN categories AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER OR (present.version = s.doc:"version"::INTEGER AND (present.path IS DISTINCT FROM s.doc:"path"::VARCHAR OR present.depth IS DISTINCT FROM s.doc:"depth"::INTEGER)) QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

SELECT COUNT(*) FROM chosen_categories;

DELETE FROM categories USING chosen_categories AS s WHERE categories.id = s.id;

INSERT INTO categories (id, parent_id, name, name_key, slug, path, depth, position, code, description, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT id, parent_id, name, name_key, slug, path, depth, position, code, description, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at FROM chosen_categories;

CREATE OR REPLACE TEMPORARY TABLE staged_books (doc VARIANT);

CREATE OR REPLACE TEMPORARY TABLE chosen_books (id VARCHAR(32), title VARCHAR, author VARCHAR, isbn VARCHAR, published_date VARCHAR, description VARCHAR, language VARCHAR, price_amount NUMBER(18, 4), price_currency VARCHAR, categories ARRAY, search_tokens VARCHAR, version INTEGER, created_at TIMESTAMP_TZ, created_by VARCHAR, updated_at TIMESTAMP_TZ, updated_by VARCHAR, deleted_at TIMESTAMP_TZ, subtitle VARCHAR, publisher VARCHAR, edition VARCHAR, format VARCHAR, pages INTEGER, series VARCHAR, series_position VARCHAR, availability VARCHAR, contributors VARCHAR, rating_count INTEGER, rating_sum INTEGER);

PUT 'file:///folder/file.json.gz' @%staged_books AUTO_COMPRESS = FALSE;

COPY INTO staged_books FROM @%staged_books FILE_FORMAT = (TYPE = JSON) PURGE = TRUE;

INSERT INTO chosen_books (id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count, rating_sum) SELECT s.doc:"id"::VARCHAR(32), s.doc:"title"::VARCHAR, s.doc:"author"::VARCHAR, s.doc:"isbn"::VARCHAR, s.doc:"published_date"::VARCHAR, s.doc:"description"::VARCHAR, s.doc:"language"::VARCHAR, s.doc:"price_amount"::NUMBER(18, 4), s.doc:"price_currency"::VARCHAR, s.doc:"categories"::ARRAY, s.doc:"search_tokens"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ, s.doc:"subtitle"::VARCHAR, s.doc:"publisher"::VARCHAR, s.doc:"edition"::VARCHAR, s.doc:"format"::VARCHAR, s.doc:"pages"::INTEGER, s.doc:"series"::VARCHAR, s.doc:"series_position"::VARCHAR, s.doc:"availability"::VARCHAR, s.doc:"contributors"::VARCHAR, s.doc:"rating_count"::INTEGER, s.doc:"rating_sum"::INTEGER FROM staged_books AS s LEFT JOIN books AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

INSERT INTO chosen_books (id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count, rating_sum) SELECT s.doc:"id"::VARCHAR(32), s.doc:"title"::VARCHAR, s.doc:"author"::VARCHAR, s.doc:"isbn"::VARCHAR, s.doc:"published_date"::VARCHAR, s.doc:"description"::VARCHAR, s.doc:"language"::VARCHAR, s.doc:"price_amount"::NUMBER(18, 4), s.doc:"price_currency"::VARCHAR, s.doc:"categories"::ARRAY, s.doc:"search_tokens"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ, s.doc:"subtitle"::VARCHAR, s.doc:"publisher"::VARCHAR, s.doc:"edition"::VARCHAR, s.doc:"format"::VARCHAR, s.doc:"pages"::INTEGER, s.doc:"series"::VARCHAR, s.doc:"series_position"::VARCHAR, s.doc:"availability"::VARCHAR, s.doc:"contributors"::VARCHAR, s.doc:"rating_count"::INTEGER, s.doc:"rating_sum"::INTEGER FROM staged_books AS s LEFT JOIN books AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER OR (present.version = s.doc:"version"::INTEGER AND (present.contributors IS DISTINCT FROM s.doc:"contributors"::VARCHAR OR present.search_tokens IS DISTINCT FROM s.doc:"search_tokens"::VARCHAR OR present.rating_count IS DISTINCT FROM s.doc:"rating_count"::INTEGER OR present.rating_sum IS DISTINCT FROM s.doc:"rating_sum"::INTEGER)) QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

SELECT COUNT(*) FROM chosen_books;

DELETE FROM books USING chosen_books AS s WHERE books.id = s.id;

INSERT INTO books (id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count, rating_sum) SELECT id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, deleted_at, subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count, rating_sum FROM chosen_books;

CREATE OR REPLACE TEMPORARY TABLE staged_reviews (doc VARIANT);

CREATE OR REPLACE TEMPORARY TABLE chosen_reviews (id VARCHAR(32), book_id VARCHAR(32), customer_id VARCHAR(32), rating INTEGER, title VARCHAR, text VARCHAR, language VARCHAR, status VARCHAR, reason VARCHAR, version INTEGER, created_at TIMESTAMP_TZ, created_by VARCHAR, updated_at TIMESTAMP_TZ, updated_by VARCHAR, deleted_at TIMESTAMP_TZ);

PUT 'file:///folder/file.json.gz' @%staged_reviews AUTO_COMPRESS = FALSE;

COPY INTO staged_reviews FROM @%staged_reviews FILE_FORMAT = (TYPE = JSON) PURGE = TRUE;

INSERT INTO chosen_reviews (id, book_id, customer_id, rating, title, text, language, status, reason, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT s.doc:"id"::VARCHAR(32), s.doc:"book_id"::VARCHAR(32), s.doc:"customer_id"::VARCHAR(32), s.doc:"rating"::INTEGER, s.doc:"title"::VARCHAR, s.doc:"text"::VARCHAR, s.doc:"language"::VARCHAR, s.doc:"status"::VARCHAR, s.doc:"reason"::VARCHAR, s.doc:"version"::INTEGER, s.doc:"created_at"::TIMESTAMP_TZ, s.doc:"created_by"::VARCHAR, s.doc:"updated_at"::TIMESTAMP_TZ, s.doc:"updated_by"::VARCHAR, s.doc:"deleted_at"::TIMESTAMP_TZ FROM staged_reviews AS s LEFT JOIN reviews AS present ON present.id = s.doc:"id"::VARCHAR(32) WHERE present.id IS NULL OR present.version < s.doc:"version"::INTEGER QUALIFY ROW_NUMBER() OVER (PARTITION BY s.doc:"id"::VARCHAR(32) ORDER BY s.doc:"version"::INTEGER DESC) = 1;

SELECT COUNT(*) FROM chosen_reviews;

DELETE FROM reviews USING chosen_reviews AS s WHERE reviews.id = s.id;

INSERT INTO reviews (id, book_id, customer_id, rating, title, text, language, status, reason, version, created_at, created_by, updated_at, updated_by, deleted_at) SELECT id, book_id, customer_id, rating, title, text, language, status, reason, version, created_at, created_by, updated_at, updated_by, deleted_at FROM chosen_reviews;

SELECT position FROM watermark;

UPDATE watermark SET position = {position};

COMMIT;


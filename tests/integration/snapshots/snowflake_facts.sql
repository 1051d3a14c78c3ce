SELECT table_type AS kind FROM "DAYBOOK".information_schema.tables WHERE table_schema = 'PUBLIC' AND table_name = 'ORDER_FACTS' UNION ALL SELECT 'VIEW' AS kind FROM "DAYBOOK".information_schema.views WHERE table_schema = 'PUBLIC' AND table_name = 'ORDER_FACTS' UNION ALL SELECT table_type AS kind FROM "DAYBOOK".information_schema.tables WHERE table_schema = 'MARTS' AND table_name = 'Lines sold' UNION ALL SELECT 'VIEW' AS kind FROM "DAYBOOK".information_schema.views WHERE table_schema = 'MARTS' AND table_name = 'Lines sold' UNION ALL SELECT table_type AS kind FROM "DAYBOOK".information_schema.tables WHERE table_schema = 'PUBLIC' AND table_name = 'RETURN_FACTS' UNION ALL SELECT 'VIEW' AS kind FROM "DAYBOOK".information_schema.views WHERE table_schema = 'PUBLIC' AND table_name = 'RETURN_FACTS' UNION ALL SELECT table_type AS kind FROM "DAYBOOK".information_schema.tables WHERE table_schema = 'PUBLIC' AND table_name = 'BOOK_FACTS' UNION ALL SELECT 'VIEW' AS kind FROM "DAYBOOK".information_schema.views WHERE table_schema = 'PUBLIC' AND table_name = 'BOOK_FACTS' UNION ALL SELECT table_type AS kind FROM "DAYBOOK".information_schema.tables WHERE table_schema = 'PUBLIC' AND table_name = 'CUSTOMER_FACTS' UNION ALL SELECT 'VIEW' AS kind FROM "DAYBOOK".information_schema.views WHERE table_schema = 'PUBLIC' AND table_name = 'CUSTOMER_FACTS' UNION ALL SELECT table_type AS kind FROM "DAYBOOK".information_schema.tables WHERE table_schema = 'PUBLIC' AND table_name = 'FACT_PLACES' UNION ALL SELECT 'VIEW' AS kind FROM "DAYBOOK".information_schema.views WHERE table_schema = 'PUBLIC' AND table_name = 'FACT_PLACES';

CREATE TABLE IF NOT EXISTS DAYBOOK.PUBLIC.order_facts (order_id VARCHAR(32) NOT NULL, customer_id VARCHAR(32), placed_at TIMESTAMP_TZ NOT NULL, currency VARCHAR NOT NULL, amount NUMBER(18, 4) NOT NULL, generation INTEGER NOT NULL, withdrawn INTEGER) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS DAYBOOK.MARTS."Lines sold" (order_id VARCHAR(32) NOT NULL, customer_id VARCHAR(32), placed_at TIMESTAMP_TZ NOT NULL, currency VARCHAR NOT NULL, sku VARCHAR NOT NULL, book_id VARCHAR(32), description VARCHAR, quantity INTEGER NOT NULL, unit_price NUMBER(18, 4) NOT NULL, amount NUMBER(18, 4) NOT NULL, generation INTEGER NOT NULL, withdrawn INTEGER) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS DAYBOOK.PUBLIC.return_facts (return_id VARCHAR(32) NOT NULL, customer_id VARCHAR(32), returned_at TIMESTAMP_TZ NOT NULL, currency VARCHAR NOT NULL, sku VARCHAR NOT NULL, book_id VARCHAR(32), description VARCHAR, quantity INTEGER NOT NULL, unit_price NUMBER(18, 4) NOT NULL, amount NUMBER(18, 4) NOT NULL, generation INTEGER NOT NULL, withdrawn INTEGER) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS DAYBOOK.PUBLIC.book_facts (id VARCHAR(32) NOT NULL, title VARCHAR NOT NULL, author VARCHAR NOT NULL, categories ARRAY NOT NULL, generation INTEGER NOT NULL, withdrawn INTEGER) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS DAYBOOK.PUBLIC.customer_facts (id VARCHAR(32) NOT NULL, reference VARCHAR, deleted_at TIMESTAMP_TZ, generation INTEGER NOT NULL, withdrawn INTEGER) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS DAYBOOK.PUBLIC.fact_places (generation INTEGER NOT NULL, sequence INTEGER NOT NULL, watermark INTEGER NOT NULL, event VARCHAR NOT NULL, synced_at TIMESTAMP_TZ NOT NULL, orders INTEGER NOT NULL, sales INTEGER NOT NULL, returns INTEGER NOT NULL, withdrawn INTEGER NOT NULL) DEFAULT_DDL_COLLATION = '';

CREATE TABLE IF NOT EXISTS DAYBOOK.PUBLIC.fact_writers (places VARCHAR NOT NULL, holder VARCHAR, held_until TIMESTAMP_TZ) DEFAULT_DDL_COLLATION = '';

INSERT INTO DAYBOOK.PUBLIC.fact_writers (places) SELECT 'DAYBOOK.PUBLIC.fact_places' FROM (SELECT COUNT(*) AS present FROM DAYBOOK.PUBLIC.fact_writers WHERE places = 'DAYBOOK.PUBLIC.fact_places') AS counted WHERE counted.present = 0;

UPDATE DAYBOOK.PUBLIC.fact_writers SET holder = 'holder', held_until = DATEADD(second, 30, CURRENT_TIMESTAMP()) WHERE places = 'DAYBOOK.PUBLIC.fact_places' AND (holder IS NULL OR holder = 'holder' OR held_until < CURRENT_TIMESTAMP());

CREATE OR REPLACE TEMPORARY TABLE changed_ids (told VARCHAR, gone_id VARCHAR);

CREATE OR REPLACE TEMPORARY TABLE told_orders (order_id VARCHAR, customer_id VARCHAR, placed_at VARCHAR, currency VARCHAR, amount VARCHAR);

PUT 'file:///folder/orders.parquet' @%told_orders AUTO_COMPRESS = FALSE;

COPY INTO told_orders (order_id, customer_id, placed_at, currency, amount) FROM (SELECT $1:order_id::VARCHAR, $1:customer_id::VARCHAR, $1:placed_at::VARCHAR, $1:currency::VARCHAR, $1:amount::VARCHAR FROM @%told_orders) FILE_FORMAT = (TYPE = PARQUET) PURGE = TRUE;

CREATE OR REPLACE TEMPORARY TABLE told_sales (order_id VARCHAR, customer_id VARCHAR, placed_at VARCHAR, currency VARCHAR, sku VARCHAR, book_id VARCHAR, description VARCHAR, quantity VARCHAR, unit_price VARCHAR, amount VARCHAR);

PUT 'file:///folder/sales.parquet' @%told_sales AUTO_COMPRESS = FALSE;

COPY INTO told_sales (order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount) FROM (SELECT $1:order_id::VARCHAR, $1:customer_id::VARCHAR, $1:placed_at::VARCHAR, $1:currency::VARCHAR, $1:sku::VARCHAR, $1:book_id::VARCHAR, $1:description::VARCHAR, $1:quantity::VARCHAR, $1:unit_price::VARCHAR, $1:amount::VARCHAR FROM @%told_sales) FILE_FORMAT = (TYPE = PARQUET) PURGE = TRUE;

CREATE OR REPLACE TEMPORARY TABLE told_returns (return_id VARCHAR, customer_id VARCHAR, returned_at VARCHAR, currency VARCHAR, sku VARCHAR, book_id VARCHAR, description VARCHAR, quantity VARCHAR, unit_price VARCHAR, amount VARCHAR);

PUT 'file:///folder/returns.parquet' @%told_returns AUTO_COMPRESS = FALSE;

COPY INTO told_returns (return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount) FROM (SELECT $1:return_id::VARCHAR, $1:customer_id::VARCHAR, $1:returned_at::VARCHAR, $1:currency::VARCHAR, $1:sku::VARCHAR, $1:book_id::VARCHAR, $1:description::VARCHAR, $1:quantity::VARCHAR, $1:unit_price::VARCHAR, $1:amount::VARCHAR FROM @%told_returns) FILE_FORMAT = (TYPE = PARQUET) PURGE = TRUE;

CREATE OR REPLACE TEMPORARY TABLE told_books (id VARCHAR, title VARCHAR, author VARCHAR, categories VARCHAR);

PUT 'file:///folder/books.parquet' @%told_books AUTO_COMPRESS = FALSE;

COPY INTO told_books (id, title, author, categories) FROM (SELECT $1:id::VARCHAR, $1:title::VARCHAR, $1:author::VARCHAR, $1:categories::VARCHAR FROM @%told_books) FILE_FORMAT = (TYPE = PARQUET) PURGE = TRUE;

CREATE OR REPLACE TEMPORARY TABLE told_customers (id VARCHAR, reference VARCHAR, deleted_at VARCHAR);

PUT 'file:///folder/customers.parquet' @%told_customers AUTO_COMPRESS = FALSE;

COPY INTO told_customers (id, reference, deleted_at) FROM (SELECT $1:id::VARCHAR, $1:reference::VARCHAR, $1:deleted_at::VARCHAR FROM @%told_customers) FILE_FORMAT = (TYPE = PARQUET) PURGE = TRUE;

SELECT generation, sequence, watermark, event, synced_at, orders, sales, returns, withdrawn FROM DAYBOOK.PUBLIC.fact_places WHERE generation = (SELECT MAX(generation) FROM DAYBOOK.PUBLIC.fact_places);

DELETE FROM DAYBOOK.PUBLIC.order_facts;

DELETE FROM DAYBOOK.MARTS."Lines sold";

DELETE FROM DAYBOOK.PUBLIC.return_facts;

DELETE FROM DAYBOOK.PUBLIC.book_facts;

DELETE FROM DAYBOOK.PUBLIC.customer_facts;

DELETE FROM DAYBOOK.PUBLIC.fact_places;

UPDATE DAYBOOK.PUBLIC.order_facts SET withdrawn = 3 FROM changed_ids AS gone WHERE order_id = REPLACE(gone.gone_id, '-', '') AND gone.told = 'orders' AND withdrawn IS NULL;

UPDATE DAYBOOK.MARTS."Lines sold" SET withdrawn = 3 FROM changed_ids AS gone WHERE order_id = REPLACE(gone.gone_id, '-', '') AND gone.told = 'orders' AND withdrawn IS NULL;

UPDATE DAYBOOK.PUBLIC.return_facts SET withdrawn = 3 FROM changed_ids AS gone WHERE return_id = REPLACE(gone.gone_id, '-', '') AND gone.told = 'returns' AND withdrawn IS NULL;

UPDATE DAYBOOK.PUBLIC.book_facts SET withdrawn = 3 FROM changed_ids AS gone WHERE id = REPLACE(gone.gone_id, '-', '') AND gone.told = 'books' AND withdrawn IS NULL;

UPDATE DAYBOOK.PUBLIC.customer_facts SET withdrawn = 3 FROM changed_ids AS gone WHERE id = REPLACE(gone.gone_id, '-', '') AND gone.told = 'customers' AND withdrawn IS NULL;

INSERT INTO DAYBOOK.PUBLIC.order_facts (order_id, customer_id, placed_at, currency, amount, generation) SELECT REPLACE(told.order_id, '-', ''), REPLACE(told.customer_id, '-', ''), CAST(REPLACE(told.placed_at, ' ', 'T') || '+00:00' AS TIMESTAMP_TZ), CAST(told.currency AS VARCHAR), CAST(told.amount AS NUMBER(18, 4)), 3 FROM told_orders AS told;

INSERT INTO DAYBOOK.MARTS."Lines sold" (order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount, generation) SELECT REPLACE(told.order_id, '-', ''), REPLACE(told.customer_id, '-', ''), CAST(REPLACE(told.placed_at, ' ', 'T') || '+00:00' AS TIMESTAMP_TZ), CAST(told.currency AS VARCHAR), CAST(told.sku AS VARCHAR), REPLACE(told.book_id, '-', ''), CAST(told.description AS VARCHAR), CAST(told.quantity AS INTEGER), CAST(told.unit_price AS NUMBER(18, 4)), CAST(told.amount AS NUMBER(18, 4)), 3 FROM told_sales AS told;

INSERT INTO DAYBOOK.PUBLIC.return_facts (return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount, generation) SELECT REPLACE(told.return_id, '-', ''), REPLACE(told.customer_id, '-', ''), CAST(REPLACE(told.returned_at, ' ', 'T') || '+00:00' AS TIMESTAMP_TZ), CAST(told.currency AS VARCHAR), CAST(told.sku AS VARCHAR), REPLACE(told.book_id, '-', ''), CAST(told.description AS VARCHAR), CAST(told.quantity AS INTEGER), CAST(told.unit_price AS NUMBER(18, 4)), CAST(told.amount AS NUMBER(18, 4)), 3 FROM told_returns AS told;

INSERT INTO DAYBOOK.PUBLIC.book_facts (id, title, author, categories, generation) SELECT REPLACE(told.id, '-', ''), CAST(told.title AS VARCHAR), CAST(told.author AS VARCHAR), CAST(PARSE_JSON(told.categories) AS ARRAY), 3 FROM told_books AS told;

INSERT INTO DAYBOOK.PUBLIC.customer_facts (id, reference, deleted_at, generation) SELECT REPLACE(told.id, '-', ''), CAST(told.reference AS VARCHAR), CAST(REPLACE(told.deleted_at, ' ', 'T') || '+00:00' AS TIMESTAMP_TZ), 3 FROM told_customers AS told;

SELECT (SELECT COUNT(*) FROM DAYBOOK.PUBLIC.order_facts WHERE withdrawn IS NULL) AS orders, (SELECT COUNT(*) FROM DAYBOOK.MARTS."Lines sold" WHERE withdrawn IS NULL) AS sales, (SELECT COUNT(*) FROM DAYBOOK.PUBLIC.return_facts WHERE withdrawn IS NULL) AS returns, (SELECT COUNT(*) FROM DAYBOOK.PUBLIC.order_facts WHERE withdrawn IS NOT NULL) + (SELECT COUNT(DISTINCT return_id) FROM DAYBOOK.PUBLIC.return_facts WHERE withdrawn IS NOT NULL) AS withdrawn;

INSERT INTO DAYBOOK.PUBLIC.fact_places (generation, sequence, watermark, event, synced_at, orders, sales, returns, withdrawn) VALUES (3, 7, 9, '0199-x:1', '2026-03-01T00:00:00+00:00', 1, 2, 3, 4);

SELECT MIN(generation) AS first, MAX(CASE WHEN synced_at <= '2026-03-01T00:00:00+00:00' THEN generation END) AS needed FROM DAYBOOK.PUBLIC.fact_places;

DELETE FROM DAYBOOK.PUBLIC.order_facts WHERE withdrawn <= 2;

DELETE FROM DAYBOOK.MARTS."Lines sold" WHERE withdrawn <= 2;

DELETE FROM DAYBOOK.PUBLIC.return_facts WHERE withdrawn <= 2;

DELETE FROM DAYBOOK.PUBLIC.book_facts WHERE withdrawn <= 2;

DELETE FROM DAYBOOK.PUBLIC.customer_facts WHERE withdrawn <= 2;

DELETE FROM DAYBOOK.PUBLIC.fact_places WHERE generation < 2;

UPDATE DAYBOOK.PUBLIC.fact_places SET orders = 1, sales = 2, returns = 3, withdrawn = 4 WHERE generation = (SELECT MAX(generation) FROM DAYBOOK.PUBLIC.fact_places);

UPDATE DAYBOOK.PUBLIC.fact_writers SET holder = NULL WHERE holder = 'holder';


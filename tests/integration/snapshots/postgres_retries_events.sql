-- orders.add+events.add+idempotency_keys.add
WITH orders_added AS 
(INSERT INTO orders (id, customer_id, channel, reference, currency, status, placed_at, subtotal, tax, shipping, line_count, version, created_at, created_by, updated_at, updated_by) VALUES ($1::UUID, $2::UUID, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::TIMESTAMP WITH TIME ZONE, CAST($8::VARCHAR AS NUMERIC(18, 4)), CAST($9::VARCHAR AS NUMERIC(18, 4)), CAST($10::VARCHAR AS NUMERIC(18, 4)), $11::INTEGER, $12::INTEGER, $13::TIMESTAMP WITH TIME ZONE, $14::VARCHAR, $15::TIMESTAMP WITH TIME ZONE, $16::VARCHAR)), 
order_lines_added AS 
(INSERT INTO order_lines (order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned) SELECT added.order_id AS order_id, added.number AS number, added.sku AS sku, added.book_id AS book_id, added.description AS description, added.quantity AS quantity, CAST(added.unit_price AS NUMERIC(18, 4)) AS unit_price, CAST(added.discount AS NUMERIC(18, 4)) AS discount, CAST(added.amount AS NUMERIC(18, 4)) AS amount, added.returned AS returned 
FROM unnest($17::UUID[], $18::INTEGER[], $19::TEXT[], $20::UUID[], $21::TEXT[], $22::INTEGER[], $23::TEXT[], $24::TEXT[], $25::TEXT[], $26::INTEGER[]) AS added(order_id, number, sku, book_id, description, quantity, unit_price, discount, amount, returned)), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) VALUES ($27::VARCHAR, $28::VARCHAR, $29::UUID, $30::INTEGER, $31::TIMESTAMP WITH TIME ZONE, $32::VARCHAR, $33::VARCHAR, CAST($34::VARCHAR AS TEXT[]), CAST($35::VARCHAR AS JSONB))), 
expired AS 
(DELETE FROM idempotency_keys WHERE idempotency_keys.actor = $36::VARCHAR AND idempotency_keys.key = $37::VARCHAR AND idempotency_keys.expires_at <= $42::TIMESTAMP WITH TIME ZONE AND (SELECT set_config('lock_timeout', '2s', true) IS NOT NULL AS anon_7) RETURNING idempotency_keys.key), 
freed AS 
(SELECT count(*) AS many 
FROM expired), 
idempotency_keys_added AS 
(INSERT INTO idempotency_keys (actor, key, fingerprint, reply, customer_ids, expires_at) SELECT $36::VARCHAR AS anon_1, $37::VARCHAR AS anon_2, $38::BYTEA AS anon_3, $39::BYTEA AS anon_4, $40::UUID[] AS anon_5, $41::TIMESTAMP WITH TIME ZONE AS anon_6 
FROM freed)
 SELECT 1
-- orders_id, orders_customer_id, orders_channel, orders_reference, orders_currency, orders_status, orders_placed_at, orders_subtotal, orders_tax, orders_shipping, orders_line_count, orders_version, orders_created_at, orders_created_by, orders_updated_at, orders_updated_by, order_lines_order_id, order_lines_number, order_lines_sku, order_lines_book_id, order_lines_description, order_lines_quantity, order_lines_unit_price, order_lines_discount, order_lines_amount, order_lines_returned, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data, idempotency_keys_actor, idempotency_keys_key, idempotency_keys_fingerprint, idempotency_keys_reply, idempotency_keys_customer_ids, idempotency_keys_expires_at, at

-- orders.save+events.add+idempotency_keys.add
WITH saved AS 
(UPDATE orders SET status=$1::VARCHAR, version=$2::INTEGER, updated_at=$3::TIMESTAMP WITH TIME ZONE, updated_by=$4::VARCHAR WHERE orders.id = $5::UUID AND orders.version = $2::INTEGER - 1 AND (SELECT set_config('lock_timeout', '2s', true) IS NOT NULL AS anon_1) RETURNING orders.id), 
lines_saved AS 
(UPDATE order_lines SET returned=changed.value FROM saved, unnest($6::INTEGER[], $7::INTEGER[]) AS changed(number, value) WHERE order_lines.order_id = saved.id AND order_lines.number = changed.number AND order_lines.returned != changed.value), 
events_added AS 
(INSERT INTO events (type, aggregate, aggregate_id, version, at, by, request_id, changed, data) SELECT $8::VARCHAR AS anon_2, $9::VARCHAR AS anon_3, $10::UUID AS anon_4, $11::INTEGER AS anon_5, $12::TIMESTAMP WITH TIME ZONE AS anon_6, $13::VARCHAR AS anon_7, $14::VARCHAR AS anon_8, CAST($15::VARCHAR AS TEXT[]) AS anon_9, CAST($16::VARCHAR AS JSONB) AS anon_10 
FROM saved), 
expired AS 
(DELETE FROM idempotency_keys WHERE idempotency_keys.actor = $17::VARCHAR AND idempotency_keys.key = $18::VARCHAR AND idempotency_keys.expires_at <= $23::TIMESTAMP WITH TIME ZONE AND (SELECT set_config('lock_timeout', '2s', true) IS NOT NULL AS anon_1) RETURNING idempotency_keys.key), 
freed AS 
(SELECT count(*) AS many 
FROM expired), 
idempotency_keys_added AS 
(INSERT INTO idempotency_keys (actor, key, fingerprint, reply, customer_ids, expires_at) SELECT $17::VARCHAR AS anon_11, $18::VARCHAR AS anon_12, $19::BYTEA AS anon_13, $20::BYTEA AS anon_14, $21::UUID[] AS anon_15, $22::TIMESTAMP WITH TIME ZONE AS anon_16 
FROM freed JOIN saved ON true)
 SELECT count(*) AS count_1 
FROM saved
-- saved_status, saved_version, saved_updated_at, saved_updated_by, saved_id, saved_numbers, saved_values, events_type, events_aggregate, events_aggregate_id, events_version, events_at, events_by, events_request_id, events_changed, events_data, idempotency_keys_actor, idempotency_keys_key, idempotency_keys_fingerprint, idempotency_keys_reply, idempotency_keys_customer_ids, idempotency_keys_expires_at, at

-- idempotency_keys.find
SELECT idempotency_keys.fingerprint, idempotency_keys.reply 
FROM idempotency_keys 
WHERE idempotency_keys.actor = $1::VARCHAR AND idempotency_keys.key = $2::VARCHAR AND idempotency_keys.expires_at > $3::TIMESTAMP WITH TIME ZONE
-- actor, key, at

-- idempotency_keys.forget
DELETE FROM idempotency_keys WHERE idempotency_keys.expires_at <= $1::TIMESTAMP WITH TIME ZONE
-- at

-- events.any_waiting
SELECT EXISTS (SELECT * 
FROM events 
WHERE events.sequence = 0 AND events.type != 'history.taken') AS anon_1
-- 

-- events.lock
SELECT pg_advisory_xact_lock(hashtextextended('daybook.events.sequence', 0)) AS pg_advisory_xact_lock_1
-- 

-- events.number
UPDATE events SET sequence=placed.sequence FROM (SELECT waiting.position AS position, last.sequence + row_number() OVER (ORDER BY waiting.position) AS sequence 
FROM (SELECT events.position AS position 
FROM events 
WHERE events.sequence = 0 AND events.type != 'history.taken' ORDER BY events.position 
 LIMIT $1::BIGINT) AS waiting JOIN (SELECT coalesce(max(events.sequence), 0) AS sequence 
FROM events 
WHERE events.sequence > 0) AS last ON true) AS placed WHERE events.position = placed.position
-- many

-- events.tell
SELECT last.sequence, pg_notify('daybook_events', CAST(last.sequence AS TEXT)) AS pg_notify_1 
FROM (SELECT coalesce(max(events.sequence), 0) AS sequence 
FROM events 
WHERE events.sequence > 0) AS last
-- 

-- events.last
SELECT last.sequence 
FROM (SELECT coalesce(max(events.sequence), 0) AS sequence 
FROM events 
WHERE events.sequence > 0) AS last
-- 

-- events.revision
SELECT last.sequence + (SELECT count(*) AS count_1 
FROM events 
WHERE events.sequence = 0) AS committed, newest.position, newest.aggregate_id, newest.at 
FROM (SELECT coalesce(max(events.sequence), 0) AS sequence 
FROM events 
WHERE events.sequence > 0) AS last LEFT OUTER JOIN (SELECT events.position AS position, events.aggregate_id AS aggregate_id, events.at AS at 
FROM events ORDER BY events.position DESC 
 LIMIT 1) AS newest ON true
-- 

-- event_consumers.begin
INSERT INTO event_consumers (name, sequence, updated_at) VALUES ($1::VARCHAR, $2::BIGINT, $3::TIMESTAMP WITH TIME ZONE)
-- name, after, at

-- event_consumers.advance
UPDATE event_consumers SET sequence=$1::BIGINT, updated_at=$2::TIMESTAMP WITH TIME ZONE WHERE event_consumers.name = $3::VARCHAR AND event_consumers.sequence = $4::BIGINT
-- after, at, name, before

-- event_consumers.position
SELECT event_consumers.sequence 
FROM event_consumers 
WHERE event_consumers.name = $1::VARCHAR
-- name

-- event_consumers.positions
SELECT event_consumers.name, event_consumers.sequence, last.sequence - event_consumers.sequence AS anon_1, event_consumers.updated_at 
FROM event_consumers JOIN (SELECT coalesce(max(events.sequence), 0) AS sequence 
FROM events 
WHERE events.sequence > 0) AS last ON true ORDER BY event_consumers.name
-- 

-- events.list
SELECT events.sequence, events.position, events.type, events.aggregate, events.aggregate_id, events.version, events.at, events.by, events.request_id, events.changed, events.data 
FROM events 
WHERE events.sequence > 0 AND events.sequence > $1::BIGINT ORDER BY events.sequence 
 LIMIT $2::BIGINT
-- filter_0, many

-- events.list
SELECT events.sequence, events.position, events.type, events.aggregate, events.aggregate_id, events.version, events.at, events.by, events.request_id, events.changed, events.data 
FROM events 
WHERE events.type != 'history.taken' AND events.aggregate_id = $1::UUID ORDER BY events.position DESC 
 LIMIT $2::BIGINT
-- filter_0, many

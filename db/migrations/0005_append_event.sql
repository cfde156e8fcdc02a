-- Appends one event, the usual case, in a fifth of the time that the general statement takes: no lists to take apart, and
-- each statement's plan is kept. `expected` null: any version; 0: a new stream. Gives the stream's new version, or null when
-- the stream is not at the expected one; nothing is written then.
CREATE FUNCTION append_event(
  p_id uuid, p_type text, p_schema_version integer, p_data jsonb, p_occurred_at timestamptz, p_stream text,
  expected bigint, p_correlation_id uuid, p_causation_id uuid, p_actor jsonb, p_source text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v bigint;
  t timestamptz := statement_timestamp();
BEGIN
  IF expected > 0 THEN
    UPDATE streams SET version = version + 1, updated_at = t
    WHERE stream = p_stream AND version = expected RETURNING version INTO v;
  ELSE
    INSERT INTO streams AS s (stream, version, updated_at) VALUES (p_stream, 1, t)
    ON CONFLICT (stream) DO UPDATE SET version = s.version + 1, updated_at = excluded.updated_at
    WHERE expected IS NULL RETURNING version INTO v;
  END IF;
  IF v IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO event_ids (id, recorded_at) VALUES (p_id, t);
  INSERT INTO events (id, recorded_at, stream, version, type, schema_version, data, correlation_id, causation_id, actor,
    source, occurred_at)
  VALUES (p_id, t, p_stream, v, p_type, p_schema_version, p_data, p_correlation_id, p_causation_id, p_actor, p_source,
    p_occurred_at);
  INSERT INTO pending_events (event_id, recorded_at, type) VALUES (p_id, t, p_type);
  RETURN v;
END $$;

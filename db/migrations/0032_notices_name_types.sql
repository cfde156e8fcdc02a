-- A second notice of new events names their types (`member.joined,order.placed`): who reads none of them need not look. The
-- first stays as it was, for processes of the version before.
CREATE OR REPLACE FUNCTION sequence_events(my_fencing bigint, max_events integer, lease_ms integer) RETURNS integer
LANGUAGE plpgsql
-- The pending table is empty or full from one moment to the next: what the planner knows about it is always wrong.
SET enable_seqscan = off
AS $$
DECLARE
  lease sequencer;
  moved integer;
  kinds text;
BEGIN
  IF NOT EXISTS (SELECT FROM (SELECT id FROM pending_events ORDER BY id LIMIT 1) AS first) THEN
    SELECT * INTO lease FROM sequencer;
    IF lease.fencing <> my_fencing OR lease.expires_at < clock_timestamp() THEN
      RETURN -1;
    END IF;
    -- With nothing to do, the row is written a few times in a lease only, not at every poll.
    IF lease.expires_at > clock_timestamp() + lease_ms * interval '0.6 millisecond' THEN
      RETURN 0;
    END IF;
  END IF;
  SELECT * INTO lease FROM sequencer FOR UPDATE;
  IF lease.fencing <> my_fencing OR lease.expires_at < clock_timestamp() THEN
    RETURN -1;
  END IF;
  WITH due AS MATERIALIZED (
    DELETE FROM pending_events
    WHERE id IN (SELECT id FROM pending_events ORDER BY id LIMIT max_events)
    RETURNING *
  ), numbered AS (
    INSERT INTO event_positions (position, event_id, recorded_at, type)
    SELECT lease.last_position + row_number() OVER (ORDER BY id), event_id, recorded_at, type FROM due
    RETURNING position, type
  )
  SELECT count(*), string_agg(DISTINCT type, ',') INTO moved, kinds FROM numbered;
  UPDATE sequencer
  SET last_position = last_position + moved, expires_at = clock_timestamp() + lease_ms * interval '1 millisecond';
  IF moved > 0 THEN
    PERFORM pg_notify('guildhall_events', (lease.last_position + moved)::text);
    -- A notice has room for 8,000 bytes; with more types than that everyone looks.
    PERFORM pg_notify('guildhall_event_types', CASE WHEN octet_length(kinds) < 7900 THEN kinds ELSE '' END);
  END IF;
  RETURN moved;
END $$;
--> statement-breakpoint
-- What a reader reads, for whoever asks how far behind it is: it moves over the rest only now and then. NULL: nobody has said.
ALTER TABLE subscriptions ADD COLUMN IF NOT EXISTS types text[];

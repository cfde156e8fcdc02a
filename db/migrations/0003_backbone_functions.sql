-- Leadership and order of the event store, and the gate in front of jobs that must keep an order. See docs/architecture.md.
ALTER TABLE blocked_streams ADD COLUMN redrive_requested_at timestamptz;
--> statement-breakpoint
-- Becomes the sequencer when nobody is. Gives the fencing number that every later call must bring, or null.
CREATE FUNCTION take_sequencer(who text, lease_ms integer) RETURNS bigint LANGUAGE sql AS $$
  UPDATE sequencer
  SET holder = who, fencing = fencing + 1, expires_at = clock_timestamp() + lease_ms * interval '1 millisecond'
  WHERE expires_at < clock_timestamp()
  RETURNING fencing
$$;
--> statement-breakpoint
-- Moves up to max_events pending events into the global order and renews the lease. Gives how many, or -1 when the caller is
-- not the sequencer (any more): its number is not the newest, or its time is up. Each statement below sees what was
-- committed before it began, so whatever an earlier holder did in its last moment is counted on from.
CREATE FUNCTION sequence_events(my_fencing bigint, max_events integer, lease_ms integer) RETURNS integer
LANGUAGE plpgsql
-- The pending table is empty or full from one moment to the next: what the planner knows about it is always wrong.
SET enable_seqscan = off
AS $$
DECLARE
  lease sequencer;
  moved integer;
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
    RETURNING position
  )
  SELECT count(*) INTO moved FROM numbered;
  UPDATE sequencer
  SET last_position = last_position + moved, expires_at = clock_timestamp() + lease_ms * interval '1 millisecond';
  IF moved > 0 THEN
    PERFORM pg_notify('guildhall_events', (lease.last_position + moved)::text);
  END IF;
  RETURN moved;
END $$;
--> statement-breakpoint
-- One decision at a time for the jobs of one record: parking behind a dead letter and redriving it exclude each other.
CREATE FUNCTION lock_job_key(queue_name text, job_key text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended(queue_name || chr(31) || job_key, 71))
$$;
--> statement-breakpoint
-- What becomes of a job that was fetched, for a record whose jobs keep their order: `run`; `park` behind the record's dead
-- letter; `yield` to an older job of the record that was put back meanwhile. A function, so that the second statement sees
-- what was committed while the first waited.
CREATE FUNCTION job_gate(queue_name text, job_key text, job uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_job_key(queue_name, job_key);
  IF EXISTS (
    SELECT FROM dead_letters WHERE status = 'open' AND kind = 'job' AND queue = queue_name AND key = job_key
  ) THEN
    RETURN 'park';
  END IF;
  IF EXISTS (
    SELECT FROM pgboss.job mine JOIN pgboss.job older
      ON older.name = mine.name AND older.singleton_key = mine.singleton_key AND older.created_on < mine.created_on
    WHERE mine.name = queue_name AND mine.id = job AND older.state IN ('created', 'retry', 'active')
      AND (older.state <> 'created' OR older.start_after <= now())
  ) THEN
    RETURN 'yield';
  END IF;
  RETURN 'run';
END $$;

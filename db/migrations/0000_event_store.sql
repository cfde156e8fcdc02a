-- The event store. See docs/architecture.md. Written by hand: partitions, functions, storage settings.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
-- One row per stream: holds the version that appends are checked against, so that events can be partitioned by time.
CREATE TABLE streams (
  stream text PRIMARY KEY,
  version bigint NOT NULL CHECK (version > 0),
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
--> statement-breakpoint
CREATE TABLE events (
  id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  schema_version integer NOT NULL,
  data jsonb NOT NULL,
  correlation_id uuid NOT NULL,
  causation_id uuid,
  actor jsonb NOT NULL,
  source text NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);
--> statement-breakpoint
CREATE INDEX events_stream ON events (stream, version);
--> statement-breakpoint
CREATE INDEX events_correlation ON events (correlation_id);
--> statement-breakpoint
-- Whatever no month's partition takes. Stays empty while ensure_event_partitions() is run (the worker does, daily).
CREATE TABLE events_default PARTITION OF events DEFAULT;
--> statement-breakpoint
-- Makes event ids unique for a stated window (35 days): unique keys of a partitioned table are per partition.
CREATE TABLE event_ids (
  id uuid PRIMARY KEY,
  recorded_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX event_ids_recorded ON event_ids USING brin (recorded_at);
--> statement-breakpoint
-- Appended, not yet in global order. The sequencer empties it every few milliseconds.
CREATE TABLE pending_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  type text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
--> statement-breakpoint
-- The global order: gapless, in the order in which readers see it.
CREATE TABLE event_positions (
  position bigint PRIMARY KEY,
  event_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  type text NOT NULL,
  -- When readers could first see it: with recorded_at, how long ordering takes.
  sequenced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
--> statement-breakpoint
CREATE INDEX event_positions_type ON event_positions (type, position);
--> statement-breakpoint
CREATE INDEX event_positions_event ON event_positions (event_id);
--> statement-breakpoint
CREATE INDEX event_positions_recorded ON event_positions USING brin (recorded_at);
--> statement-breakpoint
-- One row: who gives positions now. `fencing` grows at every change of hands and is checked by sequence_events() itself.
CREATE TABLE sequencer (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  last_position bigint NOT NULL DEFAULT 0,
  fencing bigint NOT NULL DEFAULT 0,
  holder text,
  expires_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
--> statement-breakpoint
INSERT INTO sequencer DEFAULT VALUES;
--> statement-breakpoint
-- Checkpointed readers. A reader split into lanes has a row per lane.
CREATE TABLE subscriptions (
  name text NOT NULL,
  lane integer NOT NULL DEFAULT 0,
  lanes integer NOT NULL DEFAULT 1,
  kind text NOT NULL CHECK (kind IN ('projection', 'reaction')),
  position bigint NOT NULL DEFAULT 0,
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'failing')),
  fencing bigint NOT NULL DEFAULT 0,
  holder text,
  expires_at timestamptz NOT NULL DEFAULT '-infinity',
  moved_at timestamptz NOT NULL DEFAULT now(),
  last_event_at timestamptz,
  error text,
  error_at timestamptz,
  PRIMARY KEY (name, lane)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
--> statement-breakpoint
-- A stream that a reader cannot get past: its events wait here, in order, and only its events.
CREATE TABLE blocked_streams (
  subscription text NOT NULL,
  stream text NOT NULL,
  since_position bigint NOT NULL,
  blocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscription, stream)
);
--> statement-breakpoint
-- What could not be done, with everything needed to do it again. Ours, because the queue's own are deleted after a while.
CREATE TABLE dead_letters (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('job', 'event')),
  queue text NOT NULL,
  key text,
  tail boolean NOT NULL DEFAULT false,
  job_id uuid,
  event_id uuid,
  event_position bigint,
  payload jsonb NOT NULL,
  error text NOT NULL,
  error_class text NOT NULL,
  fingerprint text NOT NULL,
  attempts integer NOT NULL,
  correlation_id uuid NOT NULL,
  member_id uuid,
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'redriven', 'dismissed')),
  status_reason text,
  status_by text,
  status_at timestamptz,
  redrives integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE UNIQUE INDEX dead_letters_open_job ON dead_letters (job_id) WHERE status = 'open';
--> statement-breakpoint
CREATE UNIQUE INDEX dead_letters_open_event ON dead_letters (queue, event_id) WHERE status = 'open' AND kind = 'event';
--> statement-breakpoint
CREATE INDEX dead_letters_list ON dead_letters (status, created_at, id);
--> statement-breakpoint
CREATE INDEX dead_letters_queue ON dead_letters (queue, key, event_position) WHERE status = 'open';
--> statement-breakpoint
CREATE INDEX dead_letters_fingerprint ON dead_letters (fingerprint, status);
--> statement-breakpoint
CREATE INDEX dead_letters_member ON dead_letters (member_id) WHERE member_id IS NOT NULL;
--> statement-breakpoint
-- The registry: the JSON Schema of every version of every type, and who may write it.
CREATE TABLE event_schemas (
  type text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  schema jsonb NOT NULL,
  producers text[] NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (type, version)
);
--> statement-breakpoint
-- What has been handled: (consumer, live or the replay's id, event).
CREATE TABLE inbox (
  consumer text NOT NULL,
  run text NOT NULL DEFAULT 'live',
  event_id uuid NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, run, event_id)
);
--> statement-breakpoint
-- Outward effects that a replay held back.
CREATE TABLE effects_ledger (
  id uuid PRIMARY KEY,
  run text NOT NULL,
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  adapter text NOT NULL CHECK (adapter IN ('mail', 'payment', 'partner', 'webhook')),
  intent jsonb NOT NULL,
  status text NOT NULL DEFAULT 'held' CHECK (status IN ('held', 'released')),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  released_at timestamptz,
  released_by text,
  UNIQUE (run, consumer, event_id, adapter)
);
--> statement-breakpoint
CREATE FUNCTION ensure_event_partitions(from_month date, months integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month_start date;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    month_start := (date_trunc('month', from_month) + make_interval(months => i))::date;
    IF to_regclass('events_' || to_char(month_start, 'YYYY_MM')) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
        'events_' || to_char(month_start, 'YYYY_MM'),
        month_start::timestamp AT TIME ZONE 'UTC',
        (month_start + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
SELECT ensure_event_partitions((now() AT TIME ZONE 'UTC')::date, 3);
--> statement-breakpoint
CREATE SEQUENCE member_numbers;

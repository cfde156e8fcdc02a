-- What does not agree, and a person or a rule has to settle. One open row for each thing that is wrong, however often it is seen.
CREATE TABLE discrepancies (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  -- What exactly is wrong: with the kind, the same thing seen again.
  key text NOT NULL,
  severity text NOT NULL,
  member_id uuid,
  order_id uuid,
  payment_id uuid,
  membership_id uuid,
  -- What is at stake, in minor units.
  amount bigint,
  currency text,
  -- Ids, amounts and words of ours; never personal values.
  detail jsonb NOT NULL,
  status text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  resolved_at timestamptz,
  CONSTRAINT discrepancies_severity CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  CONSTRAINT discrepancies_status CHECK (status IN ('open', 'resolved')),
  CONSTRAINT discrepancies_resolved CHECK ((resolved_at IS NOT NULL) = (status = 'resolved')),
  CONSTRAINT discrepancies_amount CHECK ((amount IS NULL) = (currency IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX discrepancies_open_key ON discrepancies (kind, key) WHERE status = 'open';
--> statement-breakpoint
CREATE INDEX discrepancies_open ON discrepancies (severity, first_seen_at) WHERE status = 'open';
--> statement-breakpoint
CREATE INDEX discrepancies_member ON discrepancies (member_id) WHERE member_id IS NOT NULL;

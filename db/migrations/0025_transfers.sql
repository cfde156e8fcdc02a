CREATE SEQUENCE transfer_numbers;
--> statement-breakpoint
CREATE TABLE transfers (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  from_account_id uuid NOT NULL REFERENCES accounts (id),
  to_account_id uuid NOT NULL REFERENCES accounts (id),
  from_member_id uuid NOT NULL REFERENCES members (id),
  to_member_id uuid NOT NULL REFERENCES members (id),
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  -- What the sender wrote, once for each of the two who may read it.
  note_sealed_from text,
  note_sealed_to text,
  hold_entry_id uuid NOT NULL REFERENCES journal_entries (id),
  failure_code text,
  failure_message text,
  correlation_id uuid NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  CONSTRAINT transfers_number_key UNIQUE (number),
  CONSTRAINT transfers_amount CHECK (amount BETWEEN 1 AND 10000000000000),
  CONSTRAINT transfers_two CHECK (from_account_id <> to_account_id),
  CONSTRAINT transfers_status CHECK (status IN ('pending', 'completed', 'failed', 'compensated')),
  CONSTRAINT transfers_finished CHECK ((finished_at IS NOT NULL) = (status <> 'pending'))
);
--> statement-breakpoint
CREATE INDEX transfers_from ON transfers (from_member_id, created_at, id);
--> statement-breakpoint
CREATE INDEX transfers_to ON transfers (to_member_id, created_at, id);
--> statement-breakpoint
CREATE INDEX transfers_created ON transfers (created_at, id);
--> statement-breakpoint
-- How lively a customer is: their transactions by day (UTC). The view adds up the last thirty.
CREATE TABLE customer_days (
  member_id uuid NOT NULL REFERENCES members (id),
  day date NOT NULL,
  transactions integer NOT NULL,
  PRIMARY KEY (member_id, day),
  CONSTRAINT customer_days_count CHECK (transactions > 0)
) WITH (fillfactor = 80);

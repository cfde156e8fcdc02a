CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
CREATE SEQUENCE membership_numbers;
--> statement-breakpoint
-- What a plan costs, from which day (UTC) on. The newest that is valid counts; `plans` shows the one of today.
CREATE TABLE plan_prices (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  plan_id uuid NOT NULL REFERENCES plans (id),
  amount bigint NOT NULL,
  currency text NOT NULL,
  valid_from date NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT plan_prices_key UNIQUE (plan_id, valid_from),
  CONSTRAINT plan_prices_amount CHECK (amount BETWEEN 0 AND 100000000000 AND currency ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
INSERT INTO plan_prices (plan_id, amount, currency, valid_from)
SELECT id, price_amount, price_currency, '2000-01-01' FROM plans;
--> statement-breakpoint
-- A plan is never without a price, whoever makes it.
CREATE FUNCTION first_plan_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO plan_prices (plan_id, amount, currency, valid_from)
  VALUES (NEW.id, NEW.price_amount, NEW.price_currency, '2000-01-01');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER plans_first_price AFTER INSERT ON plans FOR EACH ROW EXECUTE FUNCTION first_plan_price();
--> statement-breakpoint
CREATE TABLE memberships (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  member_id uuid NOT NULL REFERENCES members (id),
  status text NOT NULL,
  plan_id uuid NOT NULL REFERENCES plans (id),
  -- The day of the month on which periods begin; a month that has no such day ends on its last.
  anchor_day smallint NOT NULL,
  -- The first day that is not covered any more.
  ends_on date NOT NULL,
  auto_renew boolean NOT NULL DEFAULT false,
  cancel_at_end boolean NOT NULL DEFAULT false,
  cancel_reason_sealed text,
  -- The plan that follows: from `plan_from` on where that is paid for already, else from the end on.
  next_plan_id uuid REFERENCES plans (id),
  plan_from date,
  -- The next thing to do around the end, in days from it; `step_sent` while a job is about to do it.
  next_step smallint,
  next_step_on date,
  step_sent boolean NOT NULL DEFAULT false,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT memberships_number_key UNIQUE (number),
  CONSTRAINT memberships_number_form CHECK (number ~ '^MS-[0-9]{6,}$'),
  CONSTRAINT memberships_status CHECK (status IN ('active', 'grace', 'lapsed', 'cancelled')),
  CONSTRAINT memberships_anchor CHECK (anchor_day BETWEEN 1 AND 31),
  CONSTRAINT memberships_step CHECK ((next_step IS NULL) = (next_step_on IS NULL)),
  CONSTRAINT memberships_plan_from CHECK (plan_from IS NULL OR next_plan_id IS NOT NULL),
  CONSTRAINT memberships_ended CHECK ((status IN ('lapsed', 'cancelled')) = (ended_at IS NOT NULL)),
  CONSTRAINT memberships_no_step_after_end CHECK (ended_at IS NULL OR next_step IS NULL)
) WITH (fillfactor = 80);
--> statement-breakpoint
-- One at a time.
CREATE UNIQUE INDEX memberships_live_key ON memberships (member_id) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE INDEX memberships_member ON memberships (member_id, created_at, id);
--> statement-breakpoint
-- What is due: read in order, a batch at a time.
CREATE INDEX memberships_due ON memberships (next_step_on, id) WHERE next_step_on IS NOT NULL AND NOT step_sent;
--> statement-breakpoint
CREATE INDEX memberships_plan_due ON memberships (plan_from, id) WHERE plan_from IS NOT NULL;
--> statement-breakpoint
-- What was paid for (or given), day by day. `amount`: what these days were worth, for whoever changes in the middle of them.
CREATE TABLE membership_periods (
  id uuid PRIMARY KEY,
  membership_id uuid NOT NULL REFERENCES memberships (id),
  period daterange NOT NULL,
  plan_id uuid NOT NULL REFERENCES plans (id),
  price_id uuid REFERENCES plan_prices (id),
  origin text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  order_id uuid REFERENCES orders (id),
  line integer,
  -- For what is given: the event that gave it.
  cause_event_id uuid,
  -- For the rest of a period that was upgraded: the plan and the credit that it took the place of.
  replaces_plan_id uuid REFERENCES plans (id),
  replaces_amount bigint,
  created_at timestamptz NOT NULL,
  -- Not in force any more: its money went back, or another took its place. A period that was cut short keeps its used days.
  voided_at timestamptz,
  void_cause text,
  CONSTRAINT membership_periods_days CHECK (NOT isempty(period) AND lower(period) IS NOT NULL AND upper(period) IS NOT NULL),
  CONSTRAINT membership_periods_origin CHECK (origin IN ('paid', 'complimentary', 'import', 'extension')),
  CONSTRAINT membership_periods_amount CHECK (amount BETWEEN 0 AND 100000000000 AND currency ~ '^[A-Z]{3}$'),
  CONSTRAINT membership_periods_paid CHECK ((origin = 'paid') = (order_id IS NOT NULL) AND (order_id IS NULL) = (line IS NULL)),
  CONSTRAINT membership_periods_void CHECK ((voided_at IS NULL) = (void_cause IS NULL)),
  CONSTRAINT membership_periods_replaces CHECK ((replaces_plan_id IS NULL) = (replaces_amount IS NULL)),
  CONSTRAINT membership_periods_no_overlap EXCLUDE USING gist (membership_id WITH =, period WITH &&) WHERE (voided_at IS NULL)
);
--> statement-breakpoint
CREATE INDEX membership_periods_order ON membership_periods (order_id, line) WHERE order_id IS NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX membership_periods_cause_key ON membership_periods (cause_event_id) WHERE cause_event_id IS NOT NULL;
--> statement-breakpoint
-- Which lines of orders have been turned into periods: each once, whatever becomes of the periods afterwards.
CREATE TABLE membership_order_lines (
  order_id uuid NOT NULL REFERENCES orders (id),
  line integer NOT NULL,
  membership_id uuid NOT NULL REFERENCES memberships (id),
  taken_at timestamptz NOT NULL,
  PRIMARY KEY (order_id, line)
);
--> statement-breakpoint
-- Charges that nobody was there for: one for each step around an end.
CREATE TABLE renewal_attempts (
  membership_id uuid NOT NULL REFERENCES memberships (id),
  ends_on date NOT NULL,
  step smallint NOT NULL,
  order_id uuid REFERENCES orders (id),
  status text NOT NULL,
  failure_code text,
  at timestamptz NOT NULL,
  PRIMARY KEY (membership_id, ends_on, step),
  CONSTRAINT renewal_attempts_order_key UNIQUE (order_id),
  CONSTRAINT renewal_attempts_status CHECK (status IN ('under_way', 'paid', 'failed', 'no_card', 'reminded', 'announced'))
);
--> statement-breakpoint
-- Links in mails: each is for the renewal of one end, and for nothing else. Only the hash is kept.
CREATE TABLE renewal_links (
  id uuid PRIMARY KEY,
  token_hash text NOT NULL,
  membership_id uuid NOT NULL REFERENCES memberships (id),
  ends_on date NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  order_id uuid REFERENCES orders (id),
  CONSTRAINT renewal_links_token_key UNIQUE (token_hash)
);
--> statement-breakpoint
CREATE INDEX renewal_links_membership ON renewal_links (membership_id, ends_on);
--> statement-breakpoint
CREATE INDEX renewal_links_expiry ON renewal_links (expires_at);

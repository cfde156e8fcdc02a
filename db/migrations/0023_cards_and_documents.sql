-- Cards that members keep. The number stays with the gateway; here is its name for the card, and what may be shown.
CREATE TABLE cards (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES members (id),
  status text NOT NULL,
  -- What the gateway's frame called it; the gateway may call the kept card otherwise.
  token text NOT NULL,
  setup_intent_id text,
  payment_method_id text,
  -- The gateway's own name for the number: equal for equal cards.
  fingerprint text,
  brand text,
  last4 text,
  exp_month integer,
  exp_year integer,
  wants_default boolean NOT NULL DEFAULT false,
  wants_renewals boolean NOT NULL DEFAULT false,
  is_default boolean NOT NULL DEFAULT false,
  for_renewals boolean NOT NULL DEFAULT false,
  -- Added again: it is this card.
  same_as uuid REFERENCES cards (id),
  failure_code text,
  failure_message text,
  -- The expiry of which the member was told.
  told_expiry text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  removed_at timestamptz,
  CONSTRAINT cards_setup_key UNIQUE (setup_intent_id),
  CONSTRAINT cards_status CHECK (status IN ('pending', 'requires_action', 'active', 'failed', 'duplicate', 'removed')),
  CONSTRAINT cards_active CHECK (status <> 'active' OR (payment_method_id IS NOT NULL AND brand IS NOT NULL
    AND last4 IS NOT NULL AND exp_month IS NOT NULL AND exp_year IS NOT NULL)),
  CONSTRAINT cards_chosen CHECK (status = 'active' OR NOT (is_default OR for_renewals)),
  CONSTRAINT cards_last4 CHECK (last4 ~ '^[0-9]{0,4}$'),
  CONSTRAINT cards_expiry CHECK (exp_month BETWEEN 1 AND 12 AND exp_year BETWEEN 2000 AND 2200),
  CONSTRAINT cards_same CHECK ((status = 'duplicate') = (same_as IS NOT NULL)),
  CONSTRAINT cards_removed CHECK ((status = 'removed') = (removed_at IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX cards_member ON cards (member_id, created_at, id);
--> statement-breakpoint
CREATE UNIQUE INDEX cards_fingerprint_key ON cards (member_id, fingerprint) WHERE status = 'active' AND fingerprint IS NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX cards_payment_method_key ON cards (payment_method_id) WHERE status = 'active';
--> statement-breakpoint
CREATE UNIQUE INDEX cards_default_key ON cards (member_id) WHERE is_default;
--> statement-breakpoint
CREATE UNIQUE INDEX cards_renewals_key ON cards (member_id) WHERE for_renewals;
--> statement-breakpoint
CREATE INDEX cards_expiring ON cards (exp_year, exp_month, id) WHERE status = 'active';
--> statement-breakpoint
-- What the gateway has told us, each event once: what to look at, not what is true.
CREATE TABLE webhook_events (
  event_id text PRIMARY KEY,
  type text NOT NULL,
  subject jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX webhook_events_received ON webhook_events (received_at);
--> statement-breakpoint
-- Payments that a bank takes back on its card holder's word.
CREATE TABLE disputes (
  id uuid PRIMARY KEY,
  gateway_dispute_id text NOT NULL,
  payment_id uuid NOT NULL REFERENCES payments (id),
  amount bigint NOT NULL,
  currency text NOT NULL,
  reason text NOT NULL,
  -- The gateway's word.
  status text NOT NULL,
  -- What is booked: the money taken, given back, and what the gateway asks for it.
  withdrawn boolean NOT NULL DEFAULT false,
  reinstated boolean NOT NULL DEFAULT false,
  fee bigint NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT disputes_gateway_key UNIQUE (gateway_dispute_id),
  CONSTRAINT disputes_amount CHECK (amount > 0),
  CONSTRAINT disputes_reinstated CHECK (NOT reinstated OR withdrawn)
);
--> statement-breakpoint
CREATE INDEX disputes_payment ON disputes (payment_id);
--> statement-breakpoint
CREATE INDEX disputes_opened ON disputes (opened_at, id);
--> statement-breakpoint
-- A counter of its own for each kind and year: its row is locked until the document is there or was never meant.
CREATE TABLE document_counters (
  kind text NOT NULL,
  year integer NOT NULL,
  last integer NOT NULL,
  PRIMARY KEY (kind, year)
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE TABLE documents (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  year integer NOT NULL,
  sequence integer NOT NULL,
  number text NOT NULL,
  member_id uuid NOT NULL REFERENCES members (id),
  order_id uuid,
  payment_id uuid,
  refund_id uuid,
  currency text NOT NULL,
  total bigint NOT NULL,
  tax bigint NOT NULL,
  lines jsonb NOT NULL,
  tax_lines jsonb NOT NULL,
  -- Facts beside the address: ids, numbers, days and words of ours.
  facts jsonb NOT NULL,
  -- To whom it goes, under the member's key.
  bill_to_sealed text,
  -- What is meant: asked for twice, it is one document.
  meaning text NOT NULL,
  correlation_id uuid NOT NULL,
  issued_at timestamptz NOT NULL,
  CONSTRAINT documents_kind CHECK (kind IN ('invoice', 'receipt', 'credit_note')),
  CONSTRAINT documents_number_key UNIQUE (number),
  CONSTRAINT documents_sequence_key UNIQUE (kind, year, sequence),
  CONSTRAINT documents_meaning_key UNIQUE (meaning),
  CONSTRAINT documents_amounts CHECK (sequence > 0 AND total >= 0 AND tax BETWEEN 0 AND total)
);
--> statement-breakpoint
CREATE INDEX documents_member ON documents (member_id, issued_at, id);
--> statement-breakpoint
CREATE INDEX documents_issued ON documents (issued_at, id);
--> statement-breakpoint
CREATE INDEX documents_order ON documents (order_id) WHERE order_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX documents_payment ON documents (payment_id) WHERE payment_id IS NOT NULL;
--> statement-breakpoint
CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'documents are not changed: issue a credit note' USING ERRCODE = '23514', CONSTRAINT = 'documents_immutable';
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_immutable BEFORE UPDATE OR DELETE ON documents
  FOR EACH ROW EXECUTE FUNCTION refuse_document_change();

CREATE SEQUENCE payment_numbers;
--> statement-breakpoint
-- A member's name at the gateway. One each, for cards that are kept belong to it.
CREATE TABLE gateway_customers (
  member_id uuid PRIMARY KEY REFERENCES members (id),
  customer_id text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT gateway_customers_customer_key UNIQUE (customer_id)
);
--> statement-breakpoint
CREATE TABLE payments (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  member_id uuid NOT NULL REFERENCES members (id),
  purpose text NOT NULL,
  order_id uuid,
  loan_id uuid,
  invoice_id uuid,
  method text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  card_id uuid,
  payment_method_id text,
  card_brand text,
  card_last4 text,
  save_card boolean NOT NULL DEFAULT false,
  off_session boolean NOT NULL DEFAULT false,
  customer_id text,
  intent_id text,
  charge_id text,
  failure_code text,
  failure_message text,
  next_action jsonb,
  -- When the gateway was first asked: from then on a charge may exist, whatever we know of it.
  asked_at timestamptz,
  repairs integer NOT NULL DEFAULT 0,
  repair_at timestamptz,
  fee bigint,
  -- Asked for, and not refused; and what came back of it.
  refunds_asked bigint NOT NULL DEFAULT 0,
  refunded_amount bigint NOT NULL DEFAULT 0,
  received_on date,
  reference text,
  correlation_id uuid NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  settled_at timestamptz,
  CONSTRAINT payments_number_key UNIQUE (number),
  CONSTRAINT payments_number_form CHECK (number ~ '^P-[0-9]{6,}$'),
  CONSTRAINT payments_intent_key UNIQUE (intent_id),
  CONSTRAINT payments_purpose CHECK (purpose IN ('order', 'top_up', 'donation', 'loan_repayment', 'invoice')),
  CONSTRAINT payments_purpose_ref CHECK (
    (purpose = 'order') = (order_id IS NOT NULL) AND (purpose = 'loan_repayment') = (loan_id IS NOT NULL)
    AND (purpose <> 'invoice' OR invoice_id IS NOT NULL)
  ),
  CONSTRAINT payments_method CHECK (method IN ('card', 'bank_transfer', 'cheque', 'employer')),
  CONSTRAINT payments_card CHECK ((method = 'card') = (payment_method_id IS NOT NULL)),
  CONSTRAINT payments_amount CHECK (amount BETWEEN 1 AND 100000000000),
  CONSTRAINT payments_currency CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT payments_status CHECK (status IN
    ('initiated', 'requires_action', 'authorized', 'succeeded', 'failed', 'unknown', 'refunded', 'partially_refunded')),
  CONSTRAINT payments_settled CHECK (
    (settled_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'refunded', 'partially_refunded'))),
  CONSTRAINT payments_refunds CHECK (refunded_amount >= 0 AND refunds_asked >= refunded_amount AND refunds_asked <= amount),
  CONSTRAINT payments_refund_status CHECK (
    (status = 'refunded') = (refunded_amount = amount)
    AND (status = 'partially_refunded') = (refunded_amount > 0 AND refunded_amount < amount))
);
--> statement-breakpoint
-- One charge for an order: another try after a refusal is another payment, two at once are impossible.
CREATE UNIQUE INDEX payments_order_key ON payments (order_id) WHERE order_id IS NOT NULL AND status <> 'failed';
--> statement-breakpoint
CREATE INDEX payments_order ON payments (order_id) WHERE order_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX payments_loan ON payments (loan_id) WHERE loan_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX payments_invoice ON payments (invoice_id) WHERE invoice_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX payments_member ON payments (member_id, created_at, id);
--> statement-breakpoint
CREATE INDEX payments_created ON payments (created_at, id);
--> statement-breakpoint
CREATE INDEX payments_amount ON payments (amount, created_at);
--> statement-breakpoint
CREATE INDEX payments_last4 ON payments (card_last4, created_at) WHERE card_last4 IS NOT NULL;
--> statement-breakpoint
CREATE INDEX payments_charge ON payments (charge_id) WHERE charge_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX payments_open ON payments (status, updated_at) WHERE settled_at IS NULL;
--> statement-breakpoint
CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payments (id),
  amount bigint NOT NULL,
  currency text NOT NULL,
  -- A word of ours: why the money goes back. A person's reason stands in the audit trail.
  cause text NOT NULL,
  -- What is meant: asked for twice, it is one refund.
  meaning text NOT NULL,
  status text NOT NULL,
  gateway_refund_id text,
  failure_code text,
  requested_by text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT refunds_gateway_key UNIQUE (gateway_refund_id),
  CONSTRAINT refunds_amount CHECK (amount > 0),
  CONSTRAINT refunds_status CHECK (status IN ('requested', 'pending', 'succeeded', 'failed'))
);
--> statement-breakpoint
CREATE INDEX refunds_payment ON refunds (payment_id, created_at);
--> statement-breakpoint
-- One refund for each thing that is meant; one that was refused for good may be asked for again.
CREATE UNIQUE INDEX refunds_meaning_key ON refunds (meaning) WHERE status <> 'failed';

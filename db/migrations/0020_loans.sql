CREATE SEQUENCE loan_numbers;
--> statement-breakpoint
CREATE TABLE loan_products (
  id uuid PRIMARY KEY,
  code text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  currency text NOT NULL,
  min_amount bigint NOT NULL,
  max_amount bigint NOT NULL,
  terms integer[] NOT NULL,
  -- Basis points a year.
  rate_bp integer NOT NULL,
  -- More than this needs the word of two people.
  two_people_above bigint NOT NULL,
  -- Days after the due date before an instalment counts as in arrears.
  grace_days integer NOT NULL,
  questions jsonb NOT NULL,
  active boolean NOT NULL DEFAULT true,
  sort integer NOT NULL DEFAULT 0,
  CONSTRAINT loan_products_code_key UNIQUE (code),
  CONSTRAINT loan_products_currency CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT loan_products_amounts CHECK (min_amount >= 1 AND max_amount BETWEEN min_amount AND 1000000000),
  CONSTRAINT loan_products_terms CHECK (
    cardinality(terms) BETWEEN 1 AND 20 AND 1 <= ALL (terms) AND 120 >= ALL (terms)),
  CONSTRAINT loan_products_rate CHECK (rate_bp BETWEEN 0 AND 3000),
  CONSTRAINT loan_products_two_people CHECK (two_people_above >= 0),
  CONSTRAINT loan_products_grace CHECK (grace_days BETWEEN 0 AND 60)
);
--> statement-breakpoint
CREATE TABLE loans (
  id uuid PRIMARY KEY,
  number text NOT NULL DEFAULT ledger_number('L', nextval('loan_numbers')),
  member_id uuid NOT NULL REFERENCES members (id),
  product_id uuid NOT NULL REFERENCES loan_products (id),
  status text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  term_months integer NOT NULL,
  -- As they were when it was applied for: a product that changes changes no loan.
  rate_bp integer NOT NULL,
  grace_days integer NOT NULL,
  needs_two boolean NOT NULL,
  answers_sealed text NOT NULL,
  assessment_sealed text NOT NULL,
  account_id uuid REFERENCES accounts (id),
  disbursed_on date,
  -- The month of interest under way: since when, counted up to which day, how much principal for how many days until then,
  -- and what of its interest was paid ahead.
  period_from date,
  accrued_to date,
  principal_days bigint NOT NULL DEFAULT 0,
  accrued_paid bigint NOT NULL DEFAULT 0,
  swept_on date,
  correlation_id uuid NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  decided_at timestamptz,
  closed_at timestamptz,
  CONSTRAINT loans_number_key UNIQUE (number),
  CONSTRAINT loans_status CHECK (status IN
    ('applied', 'awaiting_second', 'rejected', 'withdrawn', 'active', 'in_arrears', 'settled', 'written_off')),
  CONSTRAINT loans_amount CHECK (amount BETWEEN 1 AND 1000000000),
  CONSTRAINT loans_term CHECK (term_months BETWEEN 1 AND 120),
  CONSTRAINT loans_rate CHECK (rate_bp BETWEEN 0 AND 3000),
  CONSTRAINT loans_disbursed CHECK (
    (status IN ('active', 'in_arrears', 'settled', 'written_off'))
    = (account_id IS NOT NULL AND disbursed_on IS NOT NULL AND period_from IS NOT NULL AND accrued_to IS NOT NULL)),
  CONSTRAINT loans_closed CHECK (
    (closed_at IS NOT NULL) = (status IN ('rejected', 'withdrawn', 'settled', 'written_off'))),
  CONSTRAINT loans_accrual CHECK (principal_days >= 0 AND accrued_paid >= 0 AND accrued_to >= period_from)
);
--> statement-breakpoint
CREATE UNIQUE INDEX loans_open_application_key ON loans (member_id) WHERE status IN ('applied', 'awaiting_second');
--> statement-breakpoint
CREATE INDEX loans_member ON loans (member_id, created_at, id);
--> statement-breakpoint
CREATE INDEX loans_created ON loans (created_at, id);
--> statement-breakpoint
CREATE INDEX loans_status ON loans (status, created_at, id);
--> statement-breakpoint
CREATE INDEX loans_running ON loans (swept_on) WHERE status IN ('active', 'in_arrears');
--> statement-breakpoint
CREATE TABLE loan_instalments (
  loan_id uuid NOT NULL REFERENCES loans (id),
  seq integer NOT NULL,
  due_on date NOT NULL,
  principal bigint NOT NULL,
  interest bigint NOT NULL,
  principal_paid bigint NOT NULL DEFAULT 0,
  interest_paid bigint NOT NULL DEFAULT 0,
  status text NOT NULL,
  arrears_at timestamptz,
  paid_at timestamptz,
  PRIMARY KEY (loan_id, seq),
  CONSTRAINT loan_instalments_status CHECK (status IN ('planned', 'due', 'paid', 'written_off')),
  CONSTRAINT loan_instalments_amounts CHECK (principal >= 0 AND interest >= 0),
  CONSTRAINT loan_instalments_paid CHECK (
    principal_paid BETWEEN 0 AND principal AND interest_paid BETWEEN 0 AND interest
    AND (status <> 'planned' OR (principal_paid = 0 AND interest_paid = 0))
    AND (status <> 'paid' OR (principal_paid = principal AND interest_paid = interest))
    AND (status <> 'due' OR principal_paid < principal OR interest_paid < interest))
);
--> statement-breakpoint
CREATE INDEX loan_instalments_due ON loan_instalments (due_on) WHERE status IN ('planned', 'due');
--> statement-breakpoint
CREATE TABLE loan_decisions (
  id uuid PRIMARY KEY,
  loan_id uuid NOT NULL REFERENCES loans (id),
  kind text NOT NULL,
  decided_by text NOT NULL,
  reason_sealed text NOT NULL,
  at timestamptz NOT NULL,
  -- The second person is another one, whatever the command thinks.
  CONSTRAINT loan_decisions_person_key UNIQUE (loan_id, kind, decided_by),
  CONSTRAINT loan_decisions_kind CHECK (kind IN ('approve', 'reject', 'write_off'))
);
--> statement-breakpoint
CREATE TABLE loan_repayments (
  id uuid PRIMARY KEY,
  loan_id uuid NOT NULL REFERENCES loans (id),
  source text NOT NULL,
  payment_id uuid REFERENCES payments (id),
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  interest bigint,
  principal bigint,
  -- More than was owed by then: it is on the member's account.
  excess bigint,
  returned bigint NOT NULL DEFAULT 0,
  failure_message text,
  created_at timestamptz NOT NULL,
  posted_at timestamptz,
  CONSTRAINT loan_repayments_payment_key UNIQUE (payment_id),
  CONSTRAINT loan_repayments_source CHECK (source IN ('account', 'card') AND (source = 'card') = (payment_id IS NOT NULL)),
  CONSTRAINT loan_repayments_amount CHECK (amount BETWEEN 1 AND 100000000000),
  CONSTRAINT loan_repayments_status CHECK (status IN ('pending', 'posted', 'failed')),
  CONSTRAINT loan_repayments_posted CHECK (
    CASE WHEN status = 'posted' THEN posted_at IS NOT NULL AND interest + principal + excess = amount
      AND interest >= 0 AND principal >= 0 AND excess >= 0
    ELSE posted_at IS NULL AND interest IS NULL AND principal IS NULL AND excess IS NULL END),
  CONSTRAINT loan_repayments_returned CHECK (returned BETWEEN 0 AND amount)
);
--> statement-breakpoint
CREATE INDEX loan_repayments_loan ON loan_repayments (loan_id, created_at, id);

-- Double entry. Whatever writes to these tables, the triggers keep the books: entries balance, balances follow the postings,
-- limits hold, nothing is changed or taken away. `write_journal_entry` is the way in, for it takes its locks in one order.
CREATE SEQUENCE account_numbers;
--> statement-breakpoint
CREATE SEQUENCE journal_entry_numbers;
--> statement-breakpoint
CREATE FUNCTION ledger_number(prefix text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT prefix || '-' || lpad(n::text, greatest(6, length(n::text)), '0')
$$;
--> statement-breakpoint
CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  number text NOT NULL DEFAULT ledger_number('A', nextval('account_numbers')),
  code text,
  class text NOT NULL,
  name text NOT NULL,
  member_id uuid REFERENCES members (id),
  loan_id uuid,
  currency text NOT NULL,
  status text NOT NULL DEFAULT 'open',
  -- A limited account may not fall below its overdraft limit; its one balance row is what its movements queue for.
  limited boolean NOT NULL,
  overdraft_limit bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  closed_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT accounts_number_key UNIQUE (number),
  CONSTRAINT accounts_class CHECK (class IN ('asset', 'liability', 'equity', 'income', 'expense')),
  CONSTRAINT accounts_code_form CHECK (code ~ '^[a-z][a-z_]{1,60}$'),
  CONSTRAINT accounts_currency CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT accounts_status CHECK ((status = 'open' AND closed_at IS NULL) OR (status = 'closed' AND closed_at IS NOT NULL)),
  CONSTRAINT accounts_overdraft CHECK (overdraft_limit BETWEEN 0 AND 10000000000000),
  CONSTRAINT accounts_kind CHECK (
    (code IS NOT NULL AND member_id IS NULL AND loan_id IS NULL AND NOT limited)
    OR (code IS NULL AND member_id IS NOT NULL AND limited)
  )
);
--> statement-breakpoint
CREATE UNIQUE INDEX accounts_code_key ON accounts (code, currency) WHERE code IS NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX accounts_member_key ON accounts (member_id, currency)
  WHERE loan_id IS NULL AND member_id IS NOT NULL AND status = 'open';
--> statement-breakpoint
CREATE UNIQUE INDEX accounts_loan_key ON accounts (loan_id) WHERE loan_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX accounts_member ON accounts (member_id) WHERE member_id IS NOT NULL;
--> statement-breakpoint
-- One row for a limited account; eight for any other, so that the movements of a hot account do not wait for each other.
CREATE TABLE account_balances (
  account_id uuid NOT NULL REFERENCES accounts (id),
  stripe smallint NOT NULL,
  posted_debits bigint NOT NULL DEFAULT 0,
  posted_credits bigint NOT NULL DEFAULT 0,
  pending_debits bigint NOT NULL DEFAULT 0,
  pending_credits bigint NOT NULL DEFAULT 0,
  last_booked_at timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (account_id, stripe),
  CONSTRAINT account_balances_stripe CHECK (stripe BETWEEN 0 AND 7),
  -- Eight stripes of this size stay below 2^53, which is as far as JavaScript counts.
  CONSTRAINT account_balances_bounds CHECK (
    least(posted_debits, posted_credits, pending_debits, pending_credits) >= 0
    AND greatest(posted_debits, posted_credits, pending_debits, pending_credits) <= 1000000000000000
  )
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE TABLE journal_entries (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  currency text NOT NULL,
  effective_on date NOT NULL,
  booked_at timestamptz NOT NULL,
  resolves uuid REFERENCES journal_entries (id),
  reverses uuid REFERENCES journal_entries (id),
  idempotency_key text NOT NULL,
  fingerprint text NOT NULL,
  memo text,
  member_id uuid,
  order_id uuid,
  payment_id uuid,
  transfer_id uuid,
  loan_id uuid,
  invoice_id uuid,
  correlation_id uuid NOT NULL,
  actor jsonb NOT NULL,
  CONSTRAINT journal_entries_number_key UNIQUE (number),
  CONSTRAINT journal_entries_idempotency_key UNIQUE (idempotency_key),
  CONSTRAINT journal_entries_kind CHECK (kind ~ '^[a-z][a-z_]{1,40}$'),
  CONSTRAINT journal_entries_state CHECK (state IN ('posted', 'pending', 'void')),
  CONSTRAINT journal_entries_currency CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT journal_entries_effective CHECK (effective_on BETWEEN '1900-01-01' AND '2200-12-31'),
  CONSTRAINT journal_entries_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  CONSTRAINT journal_entries_memo_length CHECK (length(memo) <= 200),
  CONSTRAINT journal_entries_shape CHECK (
    (state = 'void' AND resolves IS NOT NULL AND reverses IS NULL)
    OR (state = 'pending' AND resolves IS NULL AND reverses IS NULL)
    OR (state = 'posted' AND (resolves IS NULL OR reverses IS NULL))
  )
);
--> statement-breakpoint
CREATE UNIQUE INDEX journal_entries_resolves_key ON journal_entries (resolves) WHERE resolves IS NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX journal_entries_reverses_key ON journal_entries (reverses) WHERE reverses IS NOT NULL;
--> statement-breakpoint
CREATE INDEX journal_entries_booked ON journal_entries (booked_at, id);
--> statement-breakpoint
CREATE INDEX journal_entries_kind_booked ON journal_entries (kind, booked_at, id);
--> statement-breakpoint
CREATE INDEX journal_entries_order ON journal_entries (order_id) WHERE order_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX journal_entries_payment ON journal_entries (payment_id) WHERE payment_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX journal_entries_transfer ON journal_entries (transfer_id) WHERE transfer_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX journal_entries_loan ON journal_entries (loan_id) WHERE loan_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX journal_entries_invoice ON journal_entries (invoice_id) WHERE invoice_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX journal_entries_member ON journal_entries (member_id, booked_at) WHERE member_id IS NOT NULL;
--> statement-breakpoint
-- No foreign keys: the trigger below reads entry and account, and neither can be deleted. A key to accounts would lock the
-- row of a hot account once for each posting.
CREATE TABLE postings (
  id bigint GENERATED ALWAYS AS IDENTITY,
  entry_id uuid NOT NULL,
  line smallint NOT NULL,
  account_id uuid NOT NULL,
  direction text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  -- The entry's, for indexes.
  pending boolean NOT NULL,
  -- The entry's, or later by the moment that it waited for the account: within an account it grows with `id`.
  booked_at timestamptz NOT NULL,
  balance_after bigint,
  PRIMARY KEY (entry_id, line),
  CONSTRAINT postings_line CHECK (line >= 1),
  CONSTRAINT postings_direction CHECK (direction IN ('debit', 'credit')),
  CONSTRAINT postings_amount CHECK (amount BETWEEN 1 AND 10000000000000)
);
--> statement-breakpoint
CREATE UNIQUE INDEX postings_account ON postings (account_id, id);
--> statement-breakpoint
CREATE INDEX postings_account_booked ON postings (account_id, booked_at);
--> statement-breakpoint
CREATE TABLE ledger_checks (
  id uuid PRIMARY KEY,
  cause text NOT NULL,
  requested_by text,
  finished_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  entries bigint NOT NULL,
  accounts bigint NOT NULL,
  difference bigint NOT NULL,
  mismatches jsonb NOT NULL,
  status text NOT NULL,
  CONSTRAINT ledger_checks_cause CHECK (cause IN ('schedule', 'request')),
  CONSTRAINT ledger_checks_status CHECK (status IN ('ok', 'failed'))
);
--> statement-breakpoint
CREATE INDEX ledger_checks_finished ON ledger_checks (finished_at DESC);
--> statement-breakpoint
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is not changed: correct by reversal', TG_TABLE_NAME USING ERRCODE = 'GL000';
END $$;
--> statement-breakpoint
CREATE TRIGGER journal_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
--> statement-breakpoint
CREATE TRIGGER postings_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
--> statement-breakpoint
CREATE TRIGGER accounts_kept BEFORE DELETE OR TRUNCATE ON accounts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
--> statement-breakpoint
CREATE TRIGGER account_balances_kept BEFORE DELETE OR TRUNCATE ON account_balances
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
--> statement-breakpoint
-- Balances follow from postings: only the triggers below write them.
CREATE TRIGGER account_balances_by_postings BEFORE INSERT OR UPDATE ON account_balances
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_ledger_change();
--> statement-breakpoint
CREATE FUNCTION make_account_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_balances (account_id, stripe)
  SELECT NEW.id, n FROM generate_series(0, CASE WHEN NEW.limited THEN 0 ELSE 7 END) AS n;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER accounts_balances AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION make_account_balances();
--> statement-breakpoint
CREATE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  open_amounts boolean;
BEGIN
  IF OLD.status = 'closed' THEN
    RAISE EXCEPTION 'account % is closed', OLD.number USING ERRCODE = 'GL002', DETAIL = OLD.number;
  END IF;
  IF (NEW.id, NEW.number, NEW.class, NEW.currency, NEW.limited, NEW.created_at)
      IS DISTINCT FROM (OLD.id, OLD.number, OLD.class, OLD.currency, OLD.limited, OLD.created_at)
    OR (NEW.code, NEW.member_id, NEW.loan_id) IS DISTINCT FROM (OLD.code, OLD.member_id, OLD.loan_id)
  THEN
    RAISE EXCEPTION 'what account % is does not change', OLD.number USING ERRCODE = 'GL000';
  END IF;
  IF NEW.status = 'closed' THEN
    -- Postings take these locks before they look at the status.
    PERFORM FROM account_balances WHERE account_id = NEW.id ORDER BY stripe FOR UPDATE;
    SELECT sum(posted_debits) <> sum(posted_credits) OR sum(pending_debits) + sum(pending_credits) <> 0
    INTO open_amounts FROM account_balances WHERE account_id = NEW.id;
    IF open_amounts THEN
      RAISE EXCEPTION 'account % is not at zero', NEW.number USING ERRCODE = 'GL004', DETAIL = NEW.number;
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER accounts_guard BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION guard_account();
--> statement-breakpoint
-- The stripe of an account that an entry's amounts are in. The resolution of a pending entry works on that entry's stripes.
CREATE FUNCTION ledger_stripe(entry uuid, limited boolean) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (CASE WHEN limited THEN 0 ELSE uuid_hash(entry) & 7 END)::smallint
$$;
--> statement-breakpoint
CREATE FUNCTION apply_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entry record;
  account record;
  balance account_balances;
  d bigint := CASE WHEN NEW.direction = 'debit' THEN NEW.amount ELSE 0 END;
  c bigint := CASE WHEN NEW.direction = 'credit' THEN NEW.amount ELSE 0 END;
  debit_normal boolean;
  available bigint;
BEGIN
  SELECT state, currency, booked_at, resolves INTO entry FROM journal_entries WHERE id = NEW.entry_id;
  IF NOT FOUND OR entry.state = 'void' THEN
    RAISE EXCEPTION 'a posting belongs to an entry' USING ERRCODE = 'GL000';
  END IF;
  NEW.pending := entry.state = 'pending';
  UPDATE account_balances SET
    posted_debits = posted_debits + CASE WHEN NEW.pending THEN 0 ELSE d END,
    posted_credits = posted_credits + CASE WHEN NEW.pending THEN 0 ELSE c END,
    pending_debits = pending_debits + CASE WHEN NEW.pending THEN d ELSE 0 END,
    pending_credits = pending_credits + CASE WHEN NEW.pending THEN c ELSE 0 END,
    last_booked_at = greatest(last_booked_at, entry.booked_at)
  WHERE account_id = NEW.account_id AND stripe = ledger_stripe(
    coalesce(entry.resolves, NEW.entry_id), (SELECT limited FROM accounts WHERE id = NEW.account_id))
  RETURNING * INTO balance;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such account' USING ERRCODE = 'GL005';
  END IF;
  -- After the lock, so that an account closed while this waited is seen as closed.
  SELECT number, class, currency, status, limited, overdraft_limit INTO account FROM accounts WHERE id = NEW.account_id;
  IF account.status = 'closed' THEN
    RAISE EXCEPTION 'account % is closed', account.number USING ERRCODE = 'GL002', DETAIL = account.number;
  END IF;
  IF account.currency <> NEW.currency OR entry.currency <> NEW.currency THEN
    RAISE EXCEPTION 'account % is in %', account.number, account.currency
      USING ERRCODE = 'GL003', DETAIL = account.number || ' ' || account.currency;
  END IF;
  debit_normal := account.class IN ('asset', 'expense');
  NEW.booked_at := greatest(balance.last_booked_at, entry.booked_at);
  NEW.balance_after := NULL;
  IF account.limited THEN
    IF NOT NEW.pending THEN
      NEW.balance_after := (balance.posted_debits - balance.posted_credits) * CASE WHEN debit_normal THEN 1 ELSE -1 END;
    END IF;
    -- What a hold was granted for is not asked for again when it is posted.
    IF entry.resolves IS NULL AND (NEW.direction = 'credit') = debit_normal THEN
      available := account.overdraft_limit + CASE WHEN debit_normal
        THEN balance.posted_debits - balance.posted_credits - balance.pending_credits
        ELSE balance.posted_credits - balance.posted_debits - balance.pending_debits END;
      IF available < 0 THEN
        RAISE EXCEPTION 'account % has not enough', account.number
          USING ERRCODE = 'GL001', DETAIL = account.number || ' ' || (available + NEW.amount)::text;
      END IF;
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER postings_apply BEFORE INSERT ON postings FOR EACH ROW EXECUTE FUNCTION apply_posting();
--> statement-breakpoint
-- A resolution gives back what its pending entry held. AFTER, for a row that ON CONFLICT leaves out fires BEFORE all the same.
CREATE FUNCTION release_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM journal_entries WHERE id = NEW.resolves AND state = 'pending') THEN
    RAISE EXCEPTION 'only a pending entry is resolved' USING ERRCODE = 'GL006';
  END IF;
  UPDATE account_balances b SET
    pending_debits = b.pending_debits - held.debits, pending_credits = b.pending_credits - held.credits
  FROM (
    SELECT p.account_id, ledger_stripe(NEW.resolves, a.limited) AS stripe,
      coalesce(sum(p.amount) FILTER (WHERE p.direction = 'debit'), 0) AS debits,
      coalesce(sum(p.amount) FILTER (WHERE p.direction = 'credit'), 0) AS credits
    FROM postings p JOIN accounts a ON a.id = p.account_id WHERE p.entry_id = NEW.resolves
    GROUP BY p.account_id, a.limited
  ) AS held
  WHERE b.account_id = held.account_id AND b.stripe = held.stripe;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER journal_entries_release AFTER INSERT ON journal_entries
  FOR EACH ROW WHEN (NEW.resolves IS NOT NULL) EXECUTE FUNCTION release_pending();
--> statement-breakpoint
CREATE FUNCTION require_balanced_entry(the_entry uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  total record;
BEGIN
  SELECT count(*) AS lines, sum(amount) FILTER (WHERE direction = 'debit') AS debits,
    sum(amount) FILTER (WHERE direction = 'credit') AS credits
  INTO total FROM postings WHERE entry_id = the_entry;
  IF total.lines < 2 OR total.debits IS DISTINCT FROM total.credits THEN
    RAISE EXCEPTION 'debits and credits of the entry differ' USING ERRCODE = 'GL000';
  END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_balanced_entry(NEW.entry_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION check_journal_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'void' THEN
    PERFORM require_balanced_entry(NEW.id);
  END IF;
  IF NEW.resolves IS NOT NULL AND EXISTS (
    SELECT FROM postings WHERE entry_id IN (NEW.id, NEW.resolves) GROUP BY account_id, direction
    HAVING sum(CASE WHEN entry_id = NEW.id THEN amount ELSE -amount END) > 0
  ) THEN
    RAISE EXCEPTION 'more is posted than was held' USING ERRCODE = 'GL000';
  END IF;
  IF NEW.reverses IS NOT NULL AND (
    NOT EXISTS (SELECT FROM journal_entries WHERE id = NEW.reverses AND state = 'posted' AND reverses IS NULL)
    OR EXISTS (
      SELECT FROM postings WHERE entry_id IN (NEW.id, NEW.reverses) GROUP BY account_id
      HAVING sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) <> 0
    )
  ) THEN
    RAISE EXCEPTION 'a reversal mirrors what it reverses' USING ERRCODE = 'GL000';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER postings_balance AFTER INSERT ON postings DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_posting();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER journal_entries_balance AFTER INSERT ON journal_entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_journal_entry();
--> statement-breakpoint
-- An entry as callers see it, with the balances of the limited accounts that it touched.
CREATE FUNCTION journal_entry_json(the_entry uuid, is_replay boolean) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(e) || jsonb_build_object(
    'replayed', is_replay,
    'postings', (SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.line), '[]') FROM postings p WHERE p.entry_id = e.id),
    'accounts', (
      SELECT coalesce(jsonb_agg(to_jsonb(b) || to_jsonb(a) ORDER BY a.id), '[]')
      FROM accounts a JOIN account_balances b ON b.account_id = a.id
      WHERE a.limited AND a.id IN (SELECT account_id FROM postings WHERE entry_id IN (e.id, e.resolves))
    ))
  FROM journal_entries e WHERE e.id = the_entry
$$;
--> statement-breakpoint
-- Writes one entry: locks the balance rows in one order, inserts entry and postings; the triggers do the rest. A key that is
-- known gives the entry that it made, and writes nothing. The postings of a resolution or a reversal are those of its
-- origin; `p_amount` posts less than was held.
CREATE FUNCTION write_journal_entry(
  p_entry jsonb, p_accounts uuid[], p_directions text[], p_amounts bigint[], p_amount bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  e journal_entries := jsonb_populate_record(NULL::journal_entries, p_entry);
  origin journal_entries;
  known record;
BEGIN
  SELECT id, fingerprint INTO known FROM journal_entries WHERE idempotency_key = e.idempotency_key;
  IF FOUND THEN
    IF known.fingerprint <> e.fingerprint THEN
      RAISE EXCEPTION 'the key stands for another entry' USING ERRCODE = 'GL008';
    END IF;
    RETURN journal_entry_json(known.id, true);
  END IF;

  IF coalesce(e.resolves, e.reverses) IS NOT NULL THEN
    SELECT * INTO origin FROM journal_entries WHERE id = coalesce(e.resolves, e.reverses);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'no such entry' USING ERRCODE = 'GL005';
    ELSIF e.resolves IS NOT NULL AND origin.state <> 'pending' THEN
      RAISE EXCEPTION 'only a pending entry is resolved' USING ERRCODE = 'GL006';
    ELSIF e.reverses IS NOT NULL AND (origin.state <> 'posted' OR origin.reverses IS NOT NULL) THEN
      RAISE EXCEPTION 'only a posted entry is reversed' USING ERRCODE = 'GL007';
    END IF;
    e.kind := coalesce(e.kind, origin.kind);
    e.currency := origin.currency;
    e.member_id := origin.member_id;
    e.order_id := origin.order_id;
    e.payment_id := origin.payment_id;
    e.transfer_id := origin.transfer_id;
    e.loan_id := origin.loan_id;
    e.invoice_id := origin.invoice_id;
    SELECT array_agg(account_id ORDER BY line), array_agg(amount ORDER BY line), array_agg(
      CASE WHEN e.reverses IS NULL THEN direction WHEN direction = 'debit' THEN 'credit' ELSE 'debit' END ORDER BY line)
    INTO p_accounts, p_amounts, p_directions FROM postings WHERE entry_id = origin.id;
    IF p_amount IS NOT NULL AND p_amount <> (SELECT sum(a) / 2 FROM unnest(p_amounts) a) THEN
      IF cardinality(p_amounts) <> 2 OR p_amount > p_amounts[1] THEN
        RAISE EXCEPTION 'not to be posted in part' USING ERRCODE = 'GL009', DETAIL = p_amounts[1]::text;
      END IF;
      p_amounts := ARRAY[p_amount, p_amount];
    END IF;
  END IF;

  PERFORM FROM account_balances b JOIN accounts a ON a.id = b.account_id
  WHERE b.account_id = ANY (p_accounts) AND b.stripe = ledger_stripe(coalesce(e.resolves, e.id), a.limited)
  ORDER BY b.account_id, b.stripe FOR NO KEY UPDATE OF b;

  e.number := ledger_number('J', nextval('journal_entry_numbers'));
  INSERT INTO journal_entries VALUES (e.*) ON CONFLICT (idempotency_key) DO NOTHING;
  IF NOT FOUND THEN
    -- Somebody with the same key was quicker.
    RETURN write_journal_entry(p_entry, p_accounts, p_directions, p_amounts, p_amount);
  END IF;
  IF e.state <> 'void' THEN
    INSERT INTO postings (entry_id, line, account_id, direction, amount, currency)
    SELECT e.id, n, account_id, direction, amount, e.currency
    FROM unnest(p_accounts, p_directions, p_amounts) WITH ORDINALITY AS p (account_id, direction, amount, n) ORDER BY n;
  END IF;
  RETURN journal_entry_json(e.id, false);
END $$;

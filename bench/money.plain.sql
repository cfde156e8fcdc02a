-- What a transfer and a sale come to when nobody asks for more than the postings: the peer of bench/money.ts.
CREATE TABLE plain_accounts (id uuid PRIMARY KEY, debits bigint NOT NULL DEFAULT 0, credits bigint NOT NULL DEFAULT 0);
CREATE TABLE plain_entries (id uuid PRIMARY KEY DEFAULT uuidv7(), kind text NOT NULL, booked_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE plain_postings (
  entry_id uuid NOT NULL REFERENCES plain_entries (id), line int NOT NULL, account_id uuid NOT NULL REFERENCES plain_accounts (id),
  debit boolean NOT NULL, amount bigint NOT NULL, PRIMARY KEY (entry_id, line));
CREATE FUNCTION plain_entry(kind_ text, from_ uuid, to_ uuid, amount_ bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE entry uuid;
BEGIN
  INSERT INTO plain_entries (kind) VALUES (kind_) RETURNING id INTO entry;
  INSERT INTO plain_postings VALUES (entry, 1, from_, true, amount_), (entry, 2, to_, false, amount_);
  UPDATE plain_accounts SET debits = debits + amount_ WHERE id = least(from_, to_) AND id = from_;
  UPDATE plain_accounts SET credits = credits + amount_ WHERE id = least(from_, to_) AND id = to_;
  UPDATE plain_accounts SET debits = debits + amount_ WHERE id = greatest(from_, to_) AND id = from_;
  UPDATE plain_accounts SET credits = credits + amount_ WHERE id = greatest(from_, to_) AND id = to_;
END $$;

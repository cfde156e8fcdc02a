-- Nothing is kept of why it was decided on the loan of somebody who was erased.
ALTER TABLE loan_decisions ALTER COLUMN reason_sealed DROP NOT NULL;
--> statement-breakpoint
-- What a proposal to write off would have lost, and since when it holds no longer: then the same person may make another.
ALTER TABLE loan_decisions ADD COLUMN amount bigint, ADD COLUMN lapsed_at timestamptz;
--> statement-breakpoint
ALTER TABLE loan_decisions DROP CONSTRAINT loan_decisions_person_key;
--> statement-breakpoint
-- The second person is another one, whatever the command thinks.
CREATE UNIQUE INDEX loan_decisions_person_key ON loan_decisions (loan_id, kind, decided_by) WHERE lapsed_at IS NULL;
--> statement-breakpoint
-- What is held on an account, and transfers by their state, newest first.
CREATE INDEX postings_held ON postings (account_id, id) WHERE pending;
--> statement-breakpoint
CREATE INDEX transfers_status ON transfers (status, created_at, id);

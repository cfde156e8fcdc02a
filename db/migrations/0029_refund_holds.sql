-- What is to go back of a member's account is held there from the moment that it is decided.
ALTER TABLE refunds ADD COLUMN hold_entry_id uuid REFERENCES journal_entries (id);
--> statement-breakpoint
-- People look for a payment by what stands on the bank's statement.
CREATE INDEX payments_reference ON payments (reference) WHERE reference IS NOT NULL;

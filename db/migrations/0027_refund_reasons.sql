-- What the person wrote who gave money back; sealed under the payer's key, for whoever writes about people names them.
ALTER TABLE refunds ADD COLUMN reason_sealed text;
--> statement-breakpoint
-- Staff look for an order by what somebody says they have paid.
CREATE INDEX orders_total ON orders (total, created_at, id);

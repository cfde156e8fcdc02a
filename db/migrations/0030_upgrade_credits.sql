-- The rest of a period that was upgraded says which period it took the place of, and which orders its credit came from:
-- {order: minor units}, under '' what no order has paid for.
ALTER TABLE membership_periods ADD COLUMN replaces_id uuid REFERENCES membership_periods (id);
--> statement-breakpoint
ALTER TABLE membership_periods ADD COLUMN credits jsonb NOT NULL DEFAULT '{}';
--> statement-breakpoint
UPDATE membership_periods mp
SET replaces_id = old.id, credits = jsonb_build_object(coalesce(old.order_id::text, ''), mp.replaces_amount)
FROM order_items i JOIN membership_periods old ON old.id = (i.terms->>'periodId')::uuid
WHERE i.order_id = mp.order_id AND i.line = mp.line AND i.terms->>'kind' = 'upgrade' AND mp.replaces_plan_id IS NOT NULL;
--> statement-breakpoint
ALTER TABLE membership_periods DROP COLUMN replaces_plan_id, DROP COLUMN replaces_amount;

-- no transaction
-- One that was cut off leaves an index that nothing uses.
DROP INDEX CONCURRENTLY IF EXISTS refunds_succeeded;
--> statement-breakpoint
-- What went back of a day's takings.
CREATE INDEX CONCURRENTLY refunds_succeeded ON refunds (updated_at) WHERE status = 'succeeded';

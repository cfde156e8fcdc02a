-- Added unchecked first and checked afterwards: new rows are held to it at once, and no table is read while it is locked.
ALTER TABLE "users" ADD CONSTRAINT "users_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") NOT VALID;--> statement-breakpoint
ALTER TABLE "users" VALIDATE CONSTRAINT "users_member_id_members_id_fk";--> statement-breakpoint
ALTER TABLE "sync_states" ADD CONSTRAINT "sync_states_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") NOT VALID;--> statement-breakpoint
ALTER TABLE "sync_states" VALIDATE CONSTRAINT "sync_states_member_id_members_id_fk";--> statement-breakpoint
ALTER TABLE "help_requests" ADD CONSTRAINT "help_requests_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") NOT VALID;--> statement-breakpoint
ALTER TABLE "help_requests" VALIDATE CONSTRAINT "help_requests_member_id_members_id_fk";--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") NOT VALID;--> statement-breakpoint
ALTER TABLE "notifications" VALIDATE CONSTRAINT "notifications_user_id_users_id_fk";--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_kind" CHECK ("sessions"."kind" in ('browser','mobile')) NOT VALID;--> statement-breakpoint
ALTER TABLE "sessions" VALIDATE CONSTRAINT "sessions_kind";--> statement-breakpoint
ALTER TABLE "sync_states" ADD CONSTRAINT "sync_states_system" CHECK ("sync_states"."system" in ('legacy','crm')) NOT VALID;--> statement-breakpoint
ALTER TABLE "sync_states" VALIDATE CONSTRAINT "sync_states_system";--> statement-breakpoint
CREATE INDEX "users_search" ON "users" USING gin (lower("email") gin_trgm_ops,lower("name") gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "mails_queued" ON "mails" USING btree ("created_at") WHERE "mails"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "help_requests_open" ON "help_requests" USING btree ("created_at","id") WHERE "help_requests"."status" = 'open';--> statement-breakpoint
-- Which mails nobody will send unless a person says so.
CREATE INDEX "dead_letters_mail" ON "dead_letters" USING btree (coalesce("payload"->>'mailId', "job_id"::text)) WHERE "kind" = 'job' AND "queue" = 'mail' AND "status" IN ('open', 'dismissed');--> statement-breakpoint
CREATE INDEX "inbox_handled" ON "inbox" USING brin ("handled_at");--> statement-breakpoint
-- One at a time: two workers that start on a missing month would both make it, and the later one would fail. What has gone to
-- the default partition meanwhile moves to its month's; a month could never be made while the default one has rows of it.
-- The new table is attached, and not made as a partition, for that would lock out readers of every other month too.
CREATE OR REPLACE FUNCTION ensure_event_partitions(from_month date, months integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month_start date;
  partition text;
  first_moment timestamptz;
  next_month timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('guildhall:event-partitions', 0));
  FOR i IN 0 .. months - 1 LOOP
    month_start := (date_trunc('month', from_month) + make_interval(months => i))::date;
    partition := 'events_' || to_char(month_start, 'YYYY_MM');
    CONTINUE WHEN to_regclass(partition) IS NOT NULL;
    first_moment := month_start::timestamp AT TIME ZONE 'UTC';
    next_month := (month_start + interval '1 month')::timestamp AT TIME ZONE 'UTC';
    LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE;
    LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL)', partition);
    EXECUTE format(
      'WITH moved AS (DELETE FROM events_default WHERE recorded_at >= $1 AND recorded_at < $2 RETURNING *)
       INSERT INTO %I SELECT * FROM moved', partition)
      USING first_moment, next_month;
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, first_moment, next_month);
  END LOOP;
END $$;

ALTER TABLE "audit_entries" ADD COLUMN "subject_id" uuid;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "refusal_key" text;--> statement-breakpoint
ALTER TABLE "oauth_codes" ADD COLUMN "issued_session_id" uuid;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "failed_since" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_entries_refusal_key" ON "audit_entries" USING btree ("refusal_key") WHERE "audit_entries"."refusal_key" is not null;
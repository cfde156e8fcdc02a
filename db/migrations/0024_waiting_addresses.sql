ALTER TABLE "members" ADD COLUMN "pending_email" text;--> statement-breakpoint
-- An address that waits to be verified waits apart: the one that signs in stands in the record again, as verified as it was.
UPDATE "members" m SET "pending_email" = m."email", "email" = u."email", "verified_at" = u."email_verified_at"
FROM "users" u WHERE u."member_id" = m."id" AND m."verified_at" IS NULL AND m."status" <> 'erased'
	AND lower(m."email") <> lower(u."email");--> statement-breakpoint
UPDATE "member_directory" d SET "email" = m."email",
	"search_text" = replace(d."search_text", lower(d."email"), lower(m."email"))
FROM "members" m WHERE m."id" = d."member_id" AND m."pending_email" IS NOT NULL AND d."email" <> '';--> statement-breakpoint
CREATE INDEX "members_pending_email" ON "members" USING btree (lower("pending_email")) WHERE "members"."pending_email" is not null;

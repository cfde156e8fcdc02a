CREATE TABLE "oauth_consents" (
	"user_id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"scopes" text[] NOT NULL,
	"given_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "oauth_consents_user_id_client_id_pk" PRIMARY KEY("user_id","client_id")
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "pending_email" text;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "subject_id" uuid;--> statement-breakpoint
ALTER TABLE "oauth_consents" ADD CONSTRAINT "oauth_consents_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_consents" ADD CONSTRAINT "oauth_consents_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "oauth_codes_user" ON "oauth_codes" USING btree ("user_id","client_id");--> statement-breakpoint
-- Addresses that wait to be verified go on waiting.
UPDATE "users" SET "pending_email" = lower("members"."email") FROM "members"
WHERE "members"."id" = "users"."member_id" AND "members"."verified_at" IS NULL AND lower("members"."email") <> lower("users"."email");--> statement-breakpoint
-- Apps that are in already show as what they are, and can be taken out.
INSERT INTO "oauth_consents" ("user_id", "client_id", "scopes", "given_at")
SELECT DISTINCT ON (c."user_id", c."client_id") c."user_id", c."client_id", c."scopes", c."used_at"
FROM "oauth_codes" c JOIN "sessions" s ON s."id" = c."issued_session_id"
WHERE s."ended_at" IS NULL AND c."used_at" IS NOT NULL
ORDER BY c."user_id", c."client_id", c."used_at";

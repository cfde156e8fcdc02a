CREATE TABLE "audit_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" text,
	"outcome" text DEFAULT 'ok' NOT NULL,
	"reason" text,
	"source_address_sealed" text,
	"address_subject_id" uuid,
	"correlation_id" uuid NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"count" integer DEFAULT 1 NOT NULL,
	"summed_until" timestamp with time zone,
	"chain_seq" bigint,
	"previous_hash" text,
	"hash" text,
	CONSTRAINT "audit_entries_outcome" CHECK ("audit_entries"."outcome" in ('ok','refused','failed'))
);
--> statement-breakpoint
CREATE TABLE "mailed_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "mailed_tokens_purpose" CHECK ("mailed_tokens"."purpose" in ('verify-email','reset-password'))
);
--> statement-breakpoint
CREATE TABLE "oauth_clients" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_hash" text,
	"scopes" text[] NOT NULL,
	"grants" text[] NOT NULL,
	"redirect_uris" text[] DEFAULT '{}' NOT NULL,
	"disabled_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "oauth_codes" (
	"code_hash" text PRIMARY KEY NOT NULL,
	"client_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"redirect_uri" text NOT NULL,
	"code_challenge" text NOT NULL,
	"scopes" text[] NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "oauth_refresh_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"client_id" text NOT NULL,
	"session_id" uuid NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text DEFAULT 'browser' NOT NULL,
	"user_agent" text,
	"address_sealed" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"ended_reason" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"roles" text[] DEFAULT '{}' NOT NULL,
	"member_id" uuid,
	"email_verified_at" timestamp with time zone,
	"disabled_at" timestamp with time zone,
	"failed_sign_ins" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_roles_known" CHECK ("users"."roles" <@ array['member','staff','admin','auditor'])
);
--> statement-breakpoint
CREATE TABLE "data_keys" (
	"subject_id" uuid PRIMARY KEY NOT NULL,
	"ring_key_id" text,
	"wrapped_key" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"destroyed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"scope" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"body_hmac" text NOT NULL,
	"status" integer,
	"headers" jsonb,
	"answer_sealed" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_scope_route_key_pk" PRIMARY KEY("scope","route","key")
);
--> statement-breakpoint
CREATE TABLE "flows" (
	"name" text PRIMARY KEY NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"reason" text,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_by" text,
	CONSTRAINT "flows_status" CHECK ("flows"."status" in ('running','paused'))
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"member_id" uuid,
	"user_id" uuid,
	"template" text NOT NULL,
	"input_sealed" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"message_id" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"cause_event_id" uuid,
	"correlation_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	"error" text,
	CONSTRAINT "mails_status" CHECK ("mails"."status" in ('queued','sent','failed'))
);
--> statement-breakpoint
CREATE TABLE "partner_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"system" text NOT NULL,
	"operation" text NOT NULL,
	"member_id" uuid,
	"outcome" text NOT NULL,
	"error_class" text,
	"reason" text,
	"duration_ms" integer NOT NULL,
	"correlation_id" uuid NOT NULL,
	"job_id" uuid,
	"details" jsonb
);
--> statement-breakpoint
CREATE TABLE "sync_states" (
	"member_id" uuid NOT NULL,
	"system" text NOT NULL,
	"record_id" text,
	"ack_version" integer DEFAULT 0 NOT NULL,
	"ack_at" timestamp with time zone,
	"wanted_version" integer DEFAULT 0 NOT NULL,
	"wanted_at" timestamp with time zone,
	"last_error_class" text,
	"last_error" text,
	"last_error_at" timestamp with time zone,
	CONSTRAINT "sync_states_member_id_system_pk" PRIMARY KEY("member_id","system")
);
--> statement-breakpoint
CREATE TABLE "help_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"member_id" uuid NOT NULL,
	"topic" text NOT NULL,
	"message_sealed" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "help_requests_status" CHECK ("help_requests"."status" in ('open','closed'))
);
--> statement-breakpoint
CREATE TABLE "member_directory" (
	"member_id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"status" text NOT NULL,
	"given_name" text NOT NULL,
	"family_name" text NOT NULL,
	"email" text NOT NULL,
	"plan_code" text,
	"joined_at" timestamp with time zone NOT NULL,
	"last_activity_at" timestamp with time zone,
	"version" integer NOT NULL,
	"position" bigint NOT NULL,
	"search_text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "member_notes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"member_id" uuid NOT NULL,
	"author_user_id" uuid,
	"text_sealed" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "member_timeline" (
	"member_id" uuid NOT NULL,
	"position" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"system" text NOT NULL,
	"summary" text NOT NULL,
	"event_id" uuid NOT NULL,
	"correlation_id" uuid NOT NULL,
	"actor" text,
	CONSTRAINT "member_timeline_member_id_position_pk" PRIMARY KEY("member_id","position")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"given_name" text NOT NULL,
	"family_name" text NOT NULL,
	"email" text NOT NULL,
	"phone_sealed" text,
	"phone_index" text,
	"date_of_birth_sealed" text,
	"date_of_birth_index" text,
	"address_sealed" text,
	"plan_id" uuid NOT NULL,
	"paid_until" date,
	"mail_choices" jsonb DEFAULT '{"newsletter":false,"events":false,"receipts":true}'::jsonb NOT NULL,
	"joined_at" timestamp with time zone NOT NULL,
	"verified_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "members_status_known" CHECK ("members"."status" in ('pending','active','grace','lapsed','suspended','resigned','deceased','erased')),
	CONSTRAINT "members_number_form" CHECK ("members"."number" ~ '^M-[0-9]{6,}$')
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"member_id" uuid,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"link" text,
	"event_id" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"price_amount" integer NOT NULL,
	"price_currency" text NOT NULL,
	"period_months" integer NOT NULL,
	"sort" integer NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "plans_price" CHECK ("plans"."price_amount" >= 0 and "plans"."price_currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD CONSTRAINT "mailed_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_codes" ADD CONSTRAINT "oauth_codes_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_codes" ADD CONSTRAINT "oauth_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_codes" ADD CONSTRAINT "oauth_codes_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_refresh_tokens" ADD CONSTRAINT "oauth_refresh_tokens_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_refresh_tokens" ADD CONSTRAINT "oauth_refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_notes" ADD CONSTRAINT "member_notes_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entries_at" ON "audit_entries" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_actor" ON "audit_entries" USING btree ("actor_id","at");--> statement-breakpoint
CREATE INDEX "audit_entries_action" ON "audit_entries" USING btree ("action","at");--> statement-breakpoint
CREATE INDEX "audit_entries_resource" ON "audit_entries" USING btree ("resource_type","resource_id","at");--> statement-breakpoint
CREATE INDEX "audit_entries_correlation" ON "audit_entries" USING btree ("correlation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_entries_chain_key" ON "audit_entries" USING btree ("chain_seq");--> statement-breakpoint
CREATE UNIQUE INDEX "mailed_tokens_hash_key" ON "mailed_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "mailed_tokens_user" ON "mailed_tokens" USING btree ("user_id","purpose");--> statement-breakpoint
CREATE INDEX "oauth_refresh_tokens_session" ON "oauth_refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree (lower("email"));--> statement-breakpoint
CREATE UNIQUE INDEX "users_member_key" ON "users" USING btree ("member_id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "mails_message_key" ON "mails" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "mails_member" ON "mails" USING btree ("member_id","created_at");--> statement-breakpoint
CREATE INDEX "partner_calls_system" ON "partner_calls" USING btree ("system","at");--> statement-breakpoint
CREATE INDEX "partner_calls_member" ON "partner_calls" USING btree ("member_id","at");--> statement-breakpoint
CREATE INDEX "sync_states_behind" ON "sync_states" USING btree ("system","wanted_at") WHERE "sync_states"."ack_version" < "sync_states"."wanted_version";--> statement-breakpoint
CREATE INDEX "help_requests_member" ON "help_requests" USING btree ("member_id","created_at");--> statement-breakpoint
CREATE INDEX "member_directory_search" ON "member_directory" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "member_directory_name" ON "member_directory" USING btree (lower("family_name"),"member_id");--> statement-breakpoint
CREATE INDEX "member_directory_status" ON "member_directory" USING btree ("status","joined_at","member_id");--> statement-breakpoint
CREATE INDEX "member_directory_joined" ON "member_directory" USING btree ("joined_at","member_id");--> statement-breakpoint
CREATE INDEX "member_notes_member" ON "member_notes" USING btree ("member_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "members_number_key" ON "members" USING btree ("number");--> statement-breakpoint
CREATE UNIQUE INDEX "members_email_key" ON "members" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "members_phone" ON "members" USING btree ("phone_index");--> statement-breakpoint
CREATE INDEX "members_date_of_birth" ON "members" USING btree ("date_of_birth_index");--> statement-breakpoint
CREATE INDEX "notifications_user" ON "notifications" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_event_key" ON "notifications" USING btree ("user_id","kind","event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "plans_code_key" ON "plans" USING btree ("code");
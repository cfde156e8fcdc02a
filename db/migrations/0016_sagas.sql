CREATE TABLE "sagas" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"member_id" uuid,
	"status" text NOT NULL,
	"step" integer NOT NULL,
	"turn" integer NOT NULL,
	"data" jsonb NOT NULL,
	"error" jsonb,
	"wake_at" timestamp with time zone,
	"correlation_id" uuid NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "sagas_status_known" CHECK ("status" in ('running','waiting','compensating','stuck','completed','failed','settled')),
	CONSTRAINT "sagas_finished" CHECK (("finished_at" is not null) = ("status" in ('completed','failed','settled')))
);
--> statement-breakpoint
CREATE TABLE "saga_steps" (
	"saga_id" uuid NOT NULL REFERENCES "sagas"("id"),
	"position" integer NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"failures" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"idempotency_key" text NOT NULL,
	"result" jsonb,
	"error" jsonb,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	PRIMARY KEY ("saga_id", "position"),
	CONSTRAINT "saga_steps_status_known" CHECK ("status" in ('pending','running','waiting','completed','failed','compensating','compensated','skipped','stuck'))
);
--> statement-breakpoint
CREATE TABLE "saga_log" (
	"saga_id" uuid NOT NULL REFERENCES "sagas"("id"),
	"line" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"step" text,
	"what" text NOT NULL,
	"detail" text,
	"actor" text,
	PRIMARY KEY ("saga_id", "line")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "sagas_subject_key" ON "sagas" USING btree ("type","subject_id");--> statement-breakpoint
CREATE INDEX "sagas_member" ON "sagas" USING btree ("member_id","started_at");--> statement-breakpoint
CREATE INDEX "sagas_open" ON "sagas" USING btree ("status","updated_at") WHERE "finished_at" is null;--> statement-breakpoint
CREATE INDEX "sagas_started" ON "sagas" USING btree ("started_at","id");

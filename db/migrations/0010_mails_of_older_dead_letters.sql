-- A mail's id was its job's. Dead letters from then get it into their payload, so that redriving one finds the mail again.
UPDATE "dead_letters" SET "payload" = "payload" || jsonb_build_object('mailId', "job_id")
WHERE "kind" = 'job' AND "queue" = 'mail' AND "status" = 'open' AND "job_id" IS NOT NULL AND NOT "payload" ? 'mailId';
--> statement-breakpoint
-- Those that were redriven before went out as another mail: nobody will send the first one any more.
UPDATE "mails" AS m SET "status" = 'failed', "error" = 'sent again as another mail', "input_sealed" = ''
WHERE m."status" = 'queued' AND EXISTS (
  SELECT FROM "dead_letters" d WHERE d."kind" = 'job' AND d."queue" = 'mail' AND d."status" = 'redriven'
    AND d."job_id" = m."id" AND NOT d."payload" ? 'mailId'
);

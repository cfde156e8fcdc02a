CREATE TABLE help_replies (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES help_requests (id),
  author_user_id uuid,
  -- About the person who asked: under their key.
  text_sealed text NOT NULL,
  created_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX help_replies_request ON help_replies (request_id, created_at, id);

CREATE SEQUENCE order_numbers;
--> statement-breakpoint
CREATE SEQUENCE shipment_numbers;
--> statement-breakpoint
-- Rates in basis points (1900 is 19 %). Prices include the tax.
CREATE TABLE tax_rates (
  code text PRIMARY KEY,
  name text NOT NULL,
  rate_bp integer NOT NULL,
  CONSTRAINT tax_rates_rate CHECK (rate_bp BETWEEN 0 AND 10000)
);
--> statement-breakpoint
INSERT INTO tax_rates (code, name, rate_bp) VALUES
  ('none', 'Tax-free', 0), ('reduced', 'VAT 7 %', 700), ('standard', 'VAT 19 %', 1900);
--> statement-breakpoint
CREATE TABLE products (
  id uuid PRIMARY KEY,
  sku text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  kind text NOT NULL,
  price_amount bigint NOT NULL,
  price_currency text NOT NULL,
  tax_code text NOT NULL REFERENCES tax_rates (code),
  -- Nothing is sent for it: it is granted.
  digital boolean NOT NULL,
  max_per_order integer NOT NULL DEFAULT 20,
  sort integer NOT NULL DEFAULT 0,
  retired_at timestamptz,
  CONSTRAINT products_sku_key UNIQUE (sku),
  CONSTRAINT products_kind CHECK (kind IN ('book', 'course', 'event', 'merchandise')),
  CONSTRAINT products_price CHECK (price_amount BETWEEN 0 AND 100000000000 AND price_currency ~ '^[A-Z]{3}$'),
  CONSTRAINT products_max CHECK (max_per_order BETWEEN 1 AND 1000)
);
--> statement-breakpoint
-- A product without a row is never sold out. `held` is promised to orders that are being paid, `reserved` to paid ones.
CREATE TABLE stock_levels (
  product_id uuid PRIMARY KEY REFERENCES products (id),
  on_hand integer NOT NULL,
  held integer NOT NULL DEFAULT 0,
  reserved integer NOT NULL DEFAULT 0,
  CONSTRAINT stock_levels_sound CHECK (held >= 0 AND reserved >= 0 AND on_hand - held - reserved >= 0)
) WITH (fillfactor = 70);
--> statement-breakpoint
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  member_id uuid NOT NULL REFERENCES members (id),
  status text NOT NULL,
  origin text NOT NULL,
  currency text NOT NULL,
  -- total = net + tax; prices include tax.
  total bigint NOT NULL,
  tax bigint NOT NULL,
  tax_lines jsonb NOT NULL,
  ships boolean NOT NULL,
  shipping_address_sealed text,
  -- How it is to be paid: a gateway's name for a card, or an invoice. Never a number.
  payment_choice jsonb NOT NULL,
  failure_code text,
  failure_message text,
  correlation_id uuid NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  CONSTRAINT orders_number_key UNIQUE (number),
  CONSTRAINT orders_number_form CHECK (number ~ '^O-[0-9]{6,}$'),
  CONSTRAINT orders_status CHECK (status IN
    ('created', 'requires_action', 'paid', 'reserved', 'shipped', 'completed', 'failed', 'cancelled', 'stuck')),
  CONSTRAINT orders_origin CHECK (origin IN ('checkout', 'renewal', 'upgrade', 'staff')),
  CONSTRAINT orders_amounts CHECK (total BETWEEN 0 AND 100000000000 AND tax BETWEEN 0 AND total),
  CONSTRAINT orders_address CHECK (NOT ships OR shipping_address_sealed IS NOT NULL),
  CONSTRAINT orders_finished CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);
--> statement-breakpoint
CREATE INDEX orders_member ON orders (member_id, created_at, id);
--> statement-breakpoint
CREATE INDEX orders_created ON orders (created_at, id);
--> statement-breakpoint
CREATE INDEX orders_open ON orders (status, created_at) WHERE finished_at IS NULL;
--> statement-breakpoint
CREATE TABLE order_items (
  order_id uuid NOT NULL REFERENCES orders (id),
  line integer NOT NULL,
  kind text NOT NULL,
  product_id uuid REFERENCES products (id),
  plan_id uuid REFERENCES plans (id),
  name text NOT NULL,
  quantity integer NOT NULL,
  -- Minor units, tax included; a line may be a credit.
  unit_amount bigint NOT NULL,
  amount bigint NOT NULL,
  tax_code text NOT NULL REFERENCES tax_rates (code),
  tax_rate_bp integer NOT NULL,
  tax bigint NOT NULL,
  digital boolean NOT NULL,
  -- What a plan's line brings: which membership, which period. Written by the memberships.
  terms jsonb,
  PRIMARY KEY (order_id, line),
  CONSTRAINT order_items_kind CHECK (
    (kind = 'product' AND product_id IS NOT NULL AND plan_id IS NULL)
    OR (kind = 'plan' AND plan_id IS NOT NULL AND product_id IS NULL)),
  CONSTRAINT order_items_quantity CHECK (quantity BETWEEN 1 AND 1000),
  CONSTRAINT order_items_amount CHECK (amount = unit_amount * quantity AND abs(tax) <= abs(amount))
);
--> statement-breakpoint
CREATE TABLE stock_holds (
  order_id uuid NOT NULL REFERENCES orders (id),
  product_id uuid NOT NULL REFERENCES products (id),
  quantity integer NOT NULL,
  status text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (order_id, product_id),
  CONSTRAINT stock_holds_quantity CHECK (quantity > 0),
  CONSTRAINT stock_holds_status CHECK (status IN ('held', 'reserved', 'shipped', 'released'))
);
--> statement-breakpoint
CREATE INDEX stock_holds_product ON stock_holds (product_id) WHERE status IN ('held', 'reserved');
--> statement-breakpoint
CREATE TABLE shipments (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  order_id uuid NOT NULL REFERENCES orders (id),
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  handed_over_at timestamptz,
  CONSTRAINT shipments_number_key UNIQUE (number),
  CONSTRAINT shipments_order_key UNIQUE (order_id),
  CONSTRAINT shipments_status CHECK (status IN ('created', 'handed_over', 'cancelled'))
);
--> statement-breakpoint
CREATE INDEX shipments_open ON shipments (created_at) WHERE status = 'created';
--> statement-breakpoint
-- What a member may use because they bought it.
CREATE TABLE digital_grants (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES members (id),
  product_id uuid NOT NULL REFERENCES products (id),
  order_id uuid NOT NULL REFERENCES orders (id),
  line integer NOT NULL,
  granted_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT digital_grants_line_key UNIQUE (order_id, line)
);
--> statement-breakpoint
CREATE INDEX digital_grants_member ON digital_grants (member_id, granted_at);
--> statement-breakpoint
CREATE TABLE carts (
  member_id uuid PRIMARY KEY REFERENCES members (id),
  items jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);

-- The legacy membership database that Guildhall writes to (Postgres 12 and later).
-- row_version is Guildhall's version of the record: a write with a version that is not newer changes nothing.
-- updated_by names the system that wrote last.
CREATE TABLE IF NOT EXISTS members (
  member_no    varchar(20)  NOT NULL PRIMARY KEY,
  guildhall_id varchar(36)  NOT NULL,
  surname      varchar(80)  NOT NULL,
  forenames    varchar(80)  NOT NULL,
  e_mail       varchar(254) NOT NULL,
  tel          varchar(32),
  dob          date,
  addr1        varchar(100),
  addr2        varchar(100),
  town         varchar(60),
  postcode     varchar(16),
  county       varchar(60),
  country      varchar(2),
  status_code  char(1)      NOT NULL,
  plan_code    varchar(40),
  joined_on    date         NOT NULL,
  row_version  bigint       NOT NULL,
  updated_at   timestamptz  NOT NULL,
  updated_by   varchar(40)  NOT NULL,
  CONSTRAINT members_guildhall_id UNIQUE (guildhall_id),
  CONSTRAINT members_status_code CHECK (status_code IN ('P', 'A', 'G', 'L', 'S', 'R', 'D', 'E'))
);
CREATE INDEX IF NOT EXISTS members_e_mail ON members (e_mail);
CREATE INDEX IF NOT EXISTS members_surname ON members (surname, forenames);
CREATE INDEX IF NOT EXISTS members_updated_at ON members (updated_at);
-- Payments that members have made, with what of them has gone back. Amounts in minor units of the currency.
CREATE TABLE IF NOT EXISTS payments (
  payment_no          varchar(20)  NOT NULL PRIMARY KEY,
  guildhall_id        varchar(36)  NOT NULL,
  member_guildhall_id varchar(36)  NOT NULL,
  purpose             varchar(20)  NOT NULL,
  method              varchar(20)  NOT NULL,
  status              varchar(24)  NOT NULL,
  amount_minor        bigint       NOT NULL,
  refunded_minor      bigint       NOT NULL,
  currency            char(3)      NOT NULL,
  paid_at             timestamptz  NOT NULL,
  row_version         bigint       NOT NULL,
  updated_at          timestamptz  NOT NULL,
  updated_by          varchar(40)  NOT NULL,
  CONSTRAINT payments_guildhall_id UNIQUE (guildhall_id)
);
CREATE INDEX IF NOT EXISTS payments_member ON payments (member_guildhall_id, paid_at);
CREATE INDEX IF NOT EXISTS payments_updated_at ON payments (updated_at);

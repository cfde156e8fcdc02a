-- The legacy membership database that Guildhall writes to (MySQL 8 or MariaDB 10.5 and later).
-- row_version is Guildhall's version of the record: a write with a version that is not newer changes nothing.
-- updated_at is in UTC. updated_by names the system that wrote last.
CREATE TABLE IF NOT EXISTS MEMBERS (
  member_no    VARCHAR(20)  NOT NULL,
  guildhall_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  surname      VARCHAR(80)  NOT NULL,
  forenames    VARCHAR(80)  NOT NULL,
  e_mail       VARCHAR(254) NOT NULL,
  tel          VARCHAR(32)  NULL,
  dob          DATE         NULL,
  addr1        VARCHAR(100) NULL,
  addr2        VARCHAR(100) NULL,
  town         VARCHAR(60)  NULL,
  postcode     VARCHAR(16)  NULL,
  county       VARCHAR(60)  NULL,
  country      VARCHAR(2)   NULL,
  status_code  CHAR(1)      NOT NULL,
  plan_code    VARCHAR(40)  NULL,
  joined_on    DATE         NOT NULL,
  row_version  BIGINT       NOT NULL,
  updated_at   DATETIME(6)  NOT NULL,
  updated_by   VARCHAR(40)  NOT NULL,
  PRIMARY KEY (member_no),
  UNIQUE KEY members_guildhall_id (guildhall_id),
  KEY members_e_mail (e_mail),
  KEY members_surname (surname, forenames),
  KEY members_updated_at (updated_at),
  CONSTRAINT members_status_code CHECK (status_code IN ('P', 'A', 'G', 'L', 'S', 'R', 'D', 'E'))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
-- Payments that members have made, with what of them has gone back. Amounts in minor units of the currency; times in UTC.
CREATE TABLE IF NOT EXISTS PAYMENTS (
  payment_no          VARCHAR(20)  NOT NULL,
  guildhall_id        CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  member_guildhall_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purpose             VARCHAR(20)  NOT NULL,
  method              VARCHAR(20)  NOT NULL,
  status              VARCHAR(24)  NOT NULL,
  amount_minor        BIGINT       NOT NULL,
  refunded_minor      BIGINT       NOT NULL,
  currency            CHAR(3)      NOT NULL,
  paid_at             DATETIME(6)  NOT NULL,
  row_version         BIGINT       NOT NULL,
  updated_at          DATETIME(6)  NOT NULL,
  updated_by          VARCHAR(40)  NOT NULL,
  PRIMARY KEY (payment_no),
  UNIQUE KEY payments_guildhall_id (guildhall_id),
  KEY payments_member (member_guildhall_id, paid_at),
  KEY payments_updated_at (updated_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

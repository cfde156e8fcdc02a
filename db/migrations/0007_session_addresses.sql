-- Addresses of sessions were sealed for the field of the postal address and open there alone; those of new sessions are
-- sealed for a field of their own. The old ones are forgotten: the audit trail has them.
UPDATE "sessions" SET "address_sealed" = NULL WHERE "address_sealed" IS NOT NULL;

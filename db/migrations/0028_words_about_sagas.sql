-- What a person wrote who tried a saga again, left a step out or ended it stood here in the clear: whoever writes about people
-- names them. It is sealed from now on; the audit trail has what was written before, sealed.
UPDATE saga_log SET detail = NULL WHERE what IN ('retry', 'skip', 'settle') AND detail IS NOT NULL;

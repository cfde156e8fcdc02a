-- A lease that ends later than a new one would was written by a clock that has been set back since. Its holder has to renew
-- it like any other; were it waited for, nobody would take over until the clock had caught up.
CREATE OR REPLACE FUNCTION take_sequencer(who text, lease_ms integer) RETURNS bigint LANGUAGE sql AS $$
  UPDATE sequencer
  SET holder = who, fencing = fencing + 1, expires_at = clock_timestamp() + lease_ms * interval '1 millisecond'
  WHERE expires_at < clock_timestamp() OR expires_at > clock_timestamp() + lease_ms * interval '1 millisecond'
  RETURNING fencing
$$;

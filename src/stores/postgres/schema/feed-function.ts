import { inSafePath } from './search-path.ts'

/** Positions that share a lock: the feed lags behind by no more than so many while somebody writes. */
const bucket = 64

/**
 * A position is taken before its commit can be seen, and another commit with a higher one may be seen first. So whoever
 * is about to take positions says from where on, by a lock that lasts until its transaction has ended and can be seen;
 * any number may hold it. To be called after the rows of tickets are locked, so that positions rise with versions.
 */
const enter = `
CREATE FUNCTION @enter_feed() RETURNS void LANGUAGE plpgsql AS $enter$
BEGIN
  PERFORM pg_advisory_xact_lock_shared('@events'::regclass::oid::integer, (last_value / ${bucket})::integer)
  FROM @positions;
END $enter$`

/**
 * A page of the feed. In this order, each step with a look of its own: the last position taken; from where on somebody
 * has taken positions and is not seen yet; the events in between, which nobody can come before any more. Who may pass
 * those that are not seen yet does not look for them.
 */
const read = `
CREATE FUNCTION @feed(own_tenant text, behind bigint, most integer, may_pass integer)
RETURNS TABLE (place double precision, content text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ${inSafePath}
AS $feed$
DECLARE
  reached bigint;
  awaited bigint;
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE SQLSTATE 'TW003'
      USING MESSAGE = 'the feed cannot be read in a transaction that sees only what was there when it began';
  END IF;
  SELECT last_value INTO reached FROM @positions;
  -- such a reader would wait, and then be given what came after events that it never saw
  IF behind > reached THEN
    RAISE SQLSTATE 'TW004' USING MESSAGE = format(
      'position %s lies beyond the feed, which has come to %s: the tables were restored from a backup', behind, reached);
  END IF;
  IF may_pass = 0 THEN
    SELECT min(objid::bigint) * ${bucket} INTO awaited FROM pg_locks
    WHERE locktype = 'advisory' AND classid = '@events'::regclass::oid AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
  END IF;
  RETURN QUERY
    SELECT kept.position::double precision, kept.event FROM @events AS kept
    WHERE kept.tenant = own_tenant AND kept.position > behind AND kept.position <= least(reached, awaited)
    ORDER BY kept.position LIMIT most;
END $feed$`

export const feedFunctions = [enter, read]

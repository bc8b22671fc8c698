import { instant } from './instant.ts'
import { inSafePath } from './search-path.ts'

const live = `kept.tenant = own_tenant AND kept.ticket_id = own_ticket AND kept.holder = own_holder
        AND kept.token = own_token AND kept.until > ${instant('at')}`
const answer = 'RETURNING false, kept.token, kept.until'

/**
 * What is done with a lease, by what it is called: no row if it is somebody else's, or lost. For a transaction of
 * somebody else that has it this waits `wait` milliseconds, no longer than the session allows, and answers `held`: that
 * is no error, which would give up the application's transaction. A claim that is refused waits for nobody, and nobody
 * for it.
 */
const lease = `
CREATE FUNCTION @lease(
  what text, own_tenant text, own_ticket text, own_holder text, own_token integer, at double precision,
  for_ms double precision, heir text, wait integer
) RETURNS TABLE (held boolean, its_token integer, its_end double precision) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ${inSafePath} AS $lease$
DECLARE
  session_wait text := current_setting('lock_timeout');
BEGIN
  IF what = 'claim' THEN
    PERFORM 1 FROM @leases AS kept
    WHERE kept.tenant = own_tenant AND kept.ticket_id = own_ticket AND kept.holder <> own_holder
      AND kept.until > ${instant('at')};
    IF FOUND THEN RETURN; END IF;
  END IF;
  PERFORM set_config(
    'lock_timeout',
    least(wait, nullif(date_part('epoch'::text, session_wait::interval) * 1000::double precision, 0::double precision)::integer)::text,
    true);
  BEGIN
    CASE what
      WHEN 'claim' THEN
        RETURN QUERY INSERT INTO @leases AS kept (tenant, ticket_id, holder, token, until)
        VALUES (own_tenant, own_ticket, own_holder, 1, ${instant('at')} + for_ms)
        ON CONFLICT (tenant, ticket_id) DO UPDATE
        SET holder = excluded.holder, token = kept.token + 1, until = ${instant('at')} + for_ms
        WHERE kept.until <= ${instant('at')} OR kept.holder = excluded.holder
        ${answer};
      WHEN 'renew' THEN
        RETURN QUERY UPDATE @leases AS kept SET until = ${instant('at')} + for_ms WHERE ${live} ${answer};
      WHEN 'release' THEN
        RETURN QUERY UPDATE @leases AS kept SET until = 0 WHERE ${live} ${answer};
      WHEN 'hand over' THEN
        RETURN QUERY UPDATE @leases AS kept
        SET holder = heir, token = kept.token + 1, until = ${instant('at')} + for_ms WHERE ${live} ${answer};
    END CASE;
  EXCEPTION WHEN lock_not_available THEN
    RETURN QUERY SELECT true, NULL::integer, NULL::double precision;
  END;
  PERFORM set_config('lock_timeout', session_wait, true);
END $lease$`

/**
 * Has this transaction the turn of an agent to itself? If somebody else's has it for longer than a moment, no: without
 * an error. Who has had no turn yet has a row at 0 from now on.
 */
const haveTurn = `
CREATE FUNCTION @have_turn(own_tenant text, own_agent text) RETURNS boolean LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET lock_timeout = 25 AS $have_turn$
BEGIN
  PERFORM 1 FROM @turns AS kept WHERE kept.tenant = own_tenant AND kept.agent = own_agent FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    INSERT INTO @turns (tenant, agent, turn) VALUES (own_tenant, own_agent, 0) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM @turns AS kept WHERE kept.tenant = own_tenant AND kept.agent = own_agent FOR NO KEY UPDATE;
  END IF;
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END $have_turn$`

export const leaseFunctions = [lease, haveTurn]

import { inSafePath } from './search-path.ts'

/** Effects to be done: of each ticket the one that is begun, else the earliest, unless it is hidden. */
export const readyEffects = (tenant: string, now: string, limit: string): string => `FROM @effects AS own
  WHERE tenant = ${tenant} AND settled = 0 AND due_at <= ${now} AND hidden_until <= ${now} AND NOT EXISTS (
    SELECT 1 FROM @effects AS other
    WHERE other.tenant = own.tenant AND other.ticket_id = own.ticket_id AND other.settled = 0
      AND (other.attempts = 0, other.due_at, other.position) < (own.attempts = 0, own.due_at, own.position)
  )
  ORDER BY due_at, position LIMIT ${limit}`

/**
 * Takes effects: each is counted and hidden until an instant. Workers of a tenant look one after the other, so that each
 * sees what the one before has begun: of a ticket never two are under way. Planned for its values, as a statement is.
 */
const takeEffects = `
CREATE FUNCTION @take_effects(
  own_tenant text, at double precision, most integer, until double precision, known integer
) RETURNS SETOF @effects LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan ${inSafePath}
AS $take_effects$
BEGIN
  PERFORM @check_version(known);
  PERFORM pg_advisory_xact_lock(hashtextextended('@take_effects ' || own_tenant, 0));
  RETURN QUERY
    WITH taken AS (SELECT own.id ${readyEffects('own_tenant', 'at', 'most')} FOR UPDATE OF own SKIP LOCKED)
    UPDATE @effects AS kept SET hidden_until = until, attempts = kept.attempts + 1
    FROM taken WHERE kept.tenant = own_tenant AND kept.id = taken.id
    RETURNING kept.*;
END $take_effects$`

export const effectFunctions = [takeEffects]

import { readyEffects } from '../../sql/effect.ts'
import { inSafePath } from './search-path.ts'

/**
 * Takes effects: each is counted and hidden until an instant. Workers of a tenant look one after the other, so that
 * each sees what the one before has begun: of a ticket never two are under way. For one within a transaction of the
 * application's it waits a moment in the database, and the call is made again while patience lasts. Planned for its
 * values, as a statement is.
 */
const takeEffects = `
CREATE FUNCTION @take_effects(
  own_tenant text, at double precision, most integer, until double precision, known integer
) RETURNS SETOF @effects LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan SET lock_timeout = 100 ${inSafePath}
AS $take_effects$
BEGIN
  PERFORM @check_version(known);
  PERFORM pg_advisory_xact_lock(hashtextextended('@take_effects ' || own_tenant, 0));
  RETURN QUERY
    WITH taken AS (SELECT own.id ${readyEffects('@effects', 'own_tenant', 'at', 'most')} FOR UPDATE OF own SKIP LOCKED)
    UPDATE @effects AS kept SET hidden_until = until, attempts = kept.attempts + 1
    FROM taken WHERE kept.tenant = own_tenant AND kept.id = taken.id
    RETURNING kept.*;
END $take_effects$`

export const effectFunctions = [takeEffects]

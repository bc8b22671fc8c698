/**
 * Where names are looked up that say no schema: those of PostgreSQL itself. In the path of a session somebody else may
 * have made an operator or a function whose types fit better than PostgreSQL's own: calling it runs their code.
 */
const safePath = 'pg_catalog, pg_temp'

/**
 * A setting of every function that a statement calls: its names are looked up there, and those of the functions that it
 * calls itself. These have no setting of their own: it would cost a commit in a shared call 6 % instead of 2 %.
 */
export const inSafePath = `SET search_path = ${safePath}`

/** A block of PL/pgSQL whose names are looked up there; a transaction around it has its own path again afterwards. */
export const blockInSafePath = (steps: string): string => `DO $safe$
DECLARE
  before text := pg_catalog.current_setting('search_path');
BEGIN
  PERFORM pg_catalog.set_config('search_path', '${safePath}', true);
  ${steps}
  PERFORM pg_catalog.set_config('search_path', before, true);
END $safe$`

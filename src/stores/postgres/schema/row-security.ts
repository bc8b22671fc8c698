import { commitFunction } from './commit-function.ts'
import { tenantTables } from './schema-object.ts'
import { inSafePath } from './search-path.ts'

/** Whose rows a statement may see and write: nobody's where it is not set, or is empty. */
const setting = 'ticketwright.tenant'

export const policy = 'ticketwright_tenant'

/** Of what `rowSecurity` makes; in `meta`, so that a later release makes its own. */
export const rowSecurityVersion = 1

/** Read once for a statement, not once for a row. */
const ownRows = `tenant = (SELECT nullif(current_setting('${setting}', true), ''))`

const set = (tenant: string) => `PERFORM set_config('${setting}', ${tenant}, true);`

/** A function that sets it gives back what was there before, however it ends, in the midst of a transaction too. */
const givenBack = `SET ${setting} = ''`

/**
 * A statement for one tenant, and its rows as JSON: each sees the setting, since PostgreSQL plans and runs it after it
 * was set. In one statement that would be chance: policies may be asked before, or after, whatever sets it beside them.
 * `$1` in the statement are texts, `$2` numbers.
 */
const ofTenant = `CREATE OR REPLACE FUNCTION @of_tenant(
  own_tenant text, statement text, texts text[], numbers double precision[]
) RETURNS SETOF text LANGUAGE plpgsql ${givenBack} ${inSafePath} AS $of_tenant$
DECLARE
  one record;
BEGIN
  ${set('own_tenant')}
  FOR one IN EXECUTE statement USING texts, numbers LOOP
    RETURN NEXT row_to_json(one)::text;
  END LOOP;
END $of_tenant$`

/** Commits of any tenants: each sees the rows of its own. */
const commitOfTenants = commitFunction('commit_of_tenants', { settings: givenBack, enter: set })

/** Steps, each done again without harm. Whoever owns the tables goes on seeing all rows: see `FORCE` in PostgreSQL. */
export const rowSecurity: readonly string[] = [
  ...tenantTables.flatMap((table) => [
    `ALTER TABLE @${table} ENABLE ROW LEVEL SECURITY`,
    `DROP POLICY IF EXISTS ${policy} ON @${table}`,
    `CREATE POLICY ${policy} ON @${table} USING (${ownRows}) WITH CHECK (${ownRows})`,
  ]),
  ofTenant,
  commitOfTenants,
]

export const noRowSecurity: readonly string[] = [
  ...tenantTables.flatMap((table) => [
    `DROP POLICY IF EXISTS ${policy} ON @${table}`,
    `ALTER TABLE @${table} DISABLE ROW LEVEL SECURITY`,
  ]),
  'DROP FUNCTION IF EXISTS @of_tenant, @commit_of_tenants',
]

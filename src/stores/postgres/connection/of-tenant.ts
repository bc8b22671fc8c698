import type { SqlValue } from '../../sql/column.ts'

/** Values of a statement. */
export type Values = readonly (SqlValue | undefined | readonly string[])[]

/** A statement as the function takes it that runs it for a tenant: see `row-security.ts`. */
export interface OfTenant {
  readonly statement: string
  readonly texts: readonly (string | null)[]
  readonly numbers: readonly number[]
}

/** Runs it. */
export const runOfTenant = `SELECT answer
  FROM @of_tenant($1::text, $2::text, $3::text[], $4::double precision[]) AS answer`

/** Values go as two lists, since a function takes no statement with types that it finds out by itself. */
export function ofTenant(statement: string, values: Values): OfTenant {
  const texts: (string | null)[] = []
  const numbers: number[] = []
  const places = values.map((value) => {
    if (typeof value === 'object' && value !== null) throw new TypeError('a list is no value of such a statement')
    return typeof value === 'number' ? `($2)[${numbers.push(value)}]` : `($1)[${texts.push(value ?? null)}]`
  })
  const placed = statement.replaceAll(/\$(\d+)/g, (_, number) => places[Number(number) - 1] ?? 'NULL')
  // what a limit is compared with is no number that the statement's own cast made whole
  return { statement: placed.replaceAll(/\bLIMIT (\(\$2\)\[\d+\])/g, 'LIMIT $1::bigint'), texts, numbers }
}

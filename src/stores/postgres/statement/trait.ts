import type { Ticket } from '../../../model/ticket.ts'
import type { LeafSql } from '../../sql/leaf.ts'
import { type Trait, traitsOf } from '../../sql/trait.ts'

/** An index of arrays has one key, so a tenant's traits begin with the tenant: it reads no others', and counts none. */
const owned = (tenant: string, trait: Trait): string => `${tenant}\n${trait}`

/** A ticket's traits as its column has them. */
export const ownTraits = (tenant: string, ticket: Ticket): readonly string[] =>
  traitsOf(ticket).map((trait) => owned(tenant, trait))

/** Has a ticket one of these traits at least? Never NULL. PostgreSQL's operator is for any type: see decision 195. */
export const hasTrait =
  (tenant: string) =>
  (traits: readonly Trait[]): LeafSql => ({
    sql: `traits OPERATOR(pg_catalog.&&) ARRAY[${traits.map(() => '?').join(', ')}]::text[]`,
    params: traits.map((trait) => owned(tenant, trait)),
  })

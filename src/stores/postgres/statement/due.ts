import type { Database } from '../connection/database.ts'

/** The versions of definitions that open tickets were planned by: few, found by leaps through the index. */
const plans = `
  (SELECT planned_by AS plan FROM @tickets WHERE tenant = $1 AND kind <> 'closed' ORDER BY planned_by LIMIT 1)
  UNION ALL
  SELECT (SELECT planned_by FROM @tickets WHERE tenant = $1 AND kind <> 'closed' AND planned_by > plan
    ORDER BY planned_by LIMIT 1)
  FROM plans WHERE plan IS NOT NULL`

const planned = (when: string) => `(
  SELECT id, next_at FROM @tickets
  WHERE tenant = $1 AND planned_by = plan AND kind <> 'closed' AND ${when} ORDER BY next_at, id LIMIT $4::integer)`

/**
 * Each question is the beginning of a stretch of an index, so that a new definition over a million tickets costs as
 * little as an old one.
 */
const due = `
WITH RECURSIVE plans AS (${plans})
SELECT id FROM (
  (SELECT id, next_at AS due_at FROM @tickets
    WHERE tenant = $1 AND next_at <= $2::double precision ORDER BY next_at, id LIMIT $4::integer)
  UNION
  SELECT other.id, coalesce(other.next_at, $2::double precision) FROM plans,
    LATERAL (${planned('next_at IS NOT NULL')} UNION ALL ${planned('next_at IS NULL')}) AS other
  WHERE plan <> $3
) AS found
ORDER BY due_at, id LIMIT $4::integer`

/** Ids of tickets to advance, earliest first. */
export async function dueIn(
  db: Database,
  tenant: string,
  { now, plannedBy, limit }: { readonly now: number; readonly plannedBy: string; readonly limit: number },
): Promise<string[]> {
  const rows = await db.rows<{ id: string }>(due, tenant, now, plannedBy, limit)
  return rows.map(({ id }) => id)
}

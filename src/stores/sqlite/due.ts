import type { Database } from './database.ts'

interface DueRow {
  readonly id: string
  readonly next_at: number | null
}

const fields = 'SELECT id, next_at FROM ticketwright_tickets WHERE tenant = ?'

/**
 * Ids of tickets to advance, earliest first; each question is the beginning of a stretch of an index, so that a new
 * definition over a million tickets costs as little as an old one.
 */
export function dueIn(
  db: Database,
  tenant: string,
  { now, plannedBy, limit }: { readonly now: number; readonly plannedBy: string; readonly limit: number },
): string[] {
  const found = new Map<string, number>()
  const add = (rows: readonly DueRow[]) => {
    for (const { id, next_at } of rows) found.set(id, next_at ?? now)
  }
  add(db.rows<DueRow>(`${fields} AND next_at <= ? ORDER BY next_at, id LIMIT ?`, tenant, now, limit))
  for (const plan of plansIn(db, tenant)) {
    if (plan === plannedBy) continue
    const planned = `${fields} AND planned_by = ? AND kind <> 'closed'`
    add(db.rows<DueRow>(`${planned} AND next_at IS NOT NULL ORDER BY next_at, id LIMIT ?`, tenant, plan, limit))
    add(db.rows<DueRow>(`${planned} AND next_at IS NULL ORDER BY id LIMIT ?`, tenant, plan, limit))
  }
  return [...found]
    .sort(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([id]) => id)
}

/** The versions of definitions that open tickets were planned by: few, found by leaps through the index. */
function* plansIn(db: Database, tenant: string): Generator<string> {
  const next = `SELECT planned_by FROM ticketwright_tickets
    WHERE tenant = ? AND planned_by > ? AND kind <> 'closed' ORDER BY planned_by LIMIT 1`
  const first = next.replace('>', '>=')
  let row = db.row<{ planned_by: string }>(first, tenant, '')
  while (row) {
    yield row.planned_by
    row = db.row<{ planned_by: string }>(next, tenant, row.planned_by)
  }
}

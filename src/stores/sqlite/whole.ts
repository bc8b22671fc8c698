import { fail } from '../../errors.ts'
import type { Database } from './database.ts'
import { migrations } from './migrations.ts'

/** Tables and indexes that the migrations make, each with the statement that made it last. */
const made = new Map<string, string>()
const named = /\b(CREATE (?:TABLE|INDEX)|DROP INDEX) (ticketwright_\w+)/
for (const step of migrations.flat())
  for (const statement of typeof step === 'string' ? step.split(';') : []) {
    const [, verb, name] = named.exec(statement) ?? []
    if (verb === undefined || name === undefined) continue
    if (verb === 'DROP INDEX') made.delete(name)
    else made.set(name, statement.trim().replace(/\s+/g, ' '))
  }

const isIndex = (name: string): boolean => made.get(name)?.startsWith('CREATE INDEX') ?? false

/** What of the tables and indexes is there. */
const present = (db: Database): ReadonlySet<string> =>
  new Set(
    db
      .rows<{ name: string }>(`SELECT name FROM sqlite_master WHERE name LIKE 'ticketwright\\_%' ESCAPE '\\'`)
      .map(({ name }) => name),
  )

/**
 * @throws DeskError `store_failed` where somebody else has dropped a table or an index, with what there is to do:
 * without a table something of every ticket is lost, and an index can be made again
 */
export function checkWhole(db: Database): void {
  const there = present(db)
  const missing = [...made.keys()].filter((name) => !there.has(name))
  const tables = missing.filter((name) => !isIndex(name))
  if (tables.length > 0)
    throw fail('store_failed', { reason: `the tables ${tables.join(', ')} are missing: restore a backup` })
  if (missing.length > 0)
    throw fail('store_failed', {
      reason: `indexes are missing, make them again: ${missing.map((name) => made.get(name)).join('; ')}`,
    })
}

/**
 * @throws DeskError `store_failed` where there are tables and no mark of their version: nobody can tell what they lack
 */
export function checkUnmade(db: Database): void {
  const there = [...present(db)].filter((name) => made.has(name))
  if (there.length > 0)
    throw fail('store_failed', {
      reason: `there are tables (${there[0]}), but ticketwright_meta does not say of which version: restore a backup`,
    })
}

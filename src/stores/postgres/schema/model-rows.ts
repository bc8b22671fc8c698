import { type Column, filled } from '../../sql/column.ts'

/** Enough for PostgreSQL to tell a key from what merely has the same tenant. */
const rows = 1_000

/**
 * Changes that autovacuum leaves be: those made here are not among what brings it, so that it does not find empty
 * tables a minute later and takes each index of them for as good as any other.
 */
const left = 2_500

const modelOf = ({ column, type }: Column) => (column === 'actionable' ? 'i % 2' : type === 'TEXT' ? `'x' || i` : 'i')

/** Columns and their values in row `i`; all of one tenant, as most of a desk's rows are. */
const models: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tickets: {
    id: `'x' || i`,
    version: '1',
    ...Object.fromEntries(filled.map((column) => [column.column, modelOf(column)])),
    next_at: 'i',
    planned_by: `'x'`,
    traits: `ARRAY['default' || E'\\n' || i]`,
    ticket: `''`,
  },
  events: { ticket_id: `'x' || i / 5`, version: '1 + i % 5', event: `''` },
  effects: { id: `'x' || i`, ticket_id: `'x' || i`, due_at: 'i', effect: `''` },
  receipts: { command_id: `'x' || i`, at: 'i', receipt: `''` },
  external_ids: { external_id: `'x' || i`, ticket_id: `'x' || i` },
  leases: { ticket_id: `'x' || i`, holder: `'x' || i`, token: '1', until: 'i' },
}

/**
 * Statements that fill new tables for a moment, so that PostgreSQL has statistics of them, and empty them again. Of
 * tables it knows nothing of, every index that begins with the tenant seems as good as the key of a ticket: the first
 * connections of a new desk would read all tickets for each commit, until autovacuum comes by.
 */
export const modelRows: readonly string[] = [
  ...Object.entries(models).flatMap(([table, columns]) => [
    `INSERT INTO @${table} (tenant, ${Object.keys(columns).join(', ')})
     SELECT 'default', ${Object.values(columns).join(', ')} FROM generate_series(1, ${rows}) AS i`,
    `ANALYZE @${table}`,
    `DELETE FROM @${table}`,
    `ALTER TABLE @${table} SET (autovacuum_vacuum_threshold = ${left}, autovacuum_analyze_threshold = ${left})`,
  ]),
  `PERFORM setval('@positions', 1, false), setval('@effect_positions', 1, false)`,
]

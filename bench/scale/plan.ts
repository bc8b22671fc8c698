import type pg from 'pg'
import type { Statement } from '../postgres/raw.ts'

/** A step of PostgreSQL's plan, as far as it is read here. */
interface Node {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Relation Name'?: string
  readonly 'Function Name'?: string
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly 'Shared Hit Blocks'?: number
  readonly 'Shared Read Blocks'?: number
  readonly 'WAL Bytes'?: number
  readonly Plans?: readonly Node[]
}

/** What one statement does. */
export interface Plan {
  /** The steps that read or call something, in words. */
  readonly steps: string
  /** Pages of 8 kB that it looked at, in memory or not. */
  readonly pages: number
  readonly planningMs: number
  readonly relations: ReadonlySet<string>
}

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

/** Runs a statement once more, told by EXPLAIN (ANALYZE, BUFFERS). */
export async function planOf(pool: pg.Pool, { text, values }: Statement): Promise<Plan> {
  const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`, [...values])
  const [{ Plan, 'Planning Time': planningMs }] = rows[0]['QUERY PLAN'] as [{ Plan: Node; 'Planning Time': number }]
  const nodes = nodesOf(Plan)
  const steps = nodes.flatMap((node) => {
    const on = node['Index Name'] ?? node['Relation Name'] ?? node['Function Name']
    const times = node['Actual Loops'] ?? 1
    if (times === 0) return []
    if (on === undefined) return /Sort|Aggregate/.test(node['Node Type']) ? [node['Node Type'].toLowerCase()] : []
    const rows = Math.round((node['Actual Rows'] ?? 0) * times)
    return [`${node['Node Type']} \`${on}\` (${rows.toLocaleString('en')}${times > 1 ? ` in ${times} looks` : ''})`]
  })
  return {
    steps: steps.join(' ← ') || Plan['Node Type'],
    pages: (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0),
    planningMs,
    relations: new Set(nodes.flatMap((node) => node['Relation Name'] ?? [])),
  }
}

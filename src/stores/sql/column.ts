import { isWork, type StatusKind } from '../../model/names.ts'
import { foldText } from '../../model/text.ts'
import type { Ticket } from '../../model/ticket.ts'
import { earliestDue, hasBreached, openRank } from './clock-column.ts'

/** What a database keeps in a column; a truth is 1 or 0. */
export type SqlValue = string | number | null

/**
 * How a fact stands in its column: `plain` as it is, `folded` by `foldText`, `set` as its members between line
 * breaks (`\nvip\nbilling\n`, which no member contains; of nothing `\n`), `truth` as 1 or 0.
 */
type ColumnForm = 'plain' | 'folded' | 'set' | 'truth'

export interface Column {
  readonly column: string
  readonly type: 'TEXT' | 'INTEGER' | 'REAL'
  readonly form: ColumnForm
  /** Null where the fact is missing, and for nothing else. */
  readonly read: (ticket: Ticket) => SqlValue
  /** Every ticket has it. */
  readonly always?: true
  /** A number of the application's own, of any size. */
  readonly unbounded?: true
}

const text = (column: string, read: (ticket: Ticket) => string | null | undefined): Column => ({
  column,
  type: 'TEXT',
  form: 'plain',
  read: (ticket) => read(ticket) ?? null,
})
const whole = (column: string, read: (ticket: Ticket) => number | null | undefined): Column => ({
  column,
  type: 'INTEGER',
  form: 'plain',
  read: (ticket) => read(ticket) ?? null,
})
const number = (column: string, read: (ticket: Ticket) => number | null | undefined): Column => ({
  ...whole(column, read),
  type: 'REAL',
})
const truth = (column: string, read: (ticket: Ticket) => boolean | null | undefined): Column => ({
  column,
  type: 'INTEGER',
  form: 'truth',
  read: (ticket) => {
    const found = read(ticket)
    return typeof found === 'boolean' ? Number(found) : null
  },
})
const folded = (column: string, read: (ticket: Ticket) => string | null | undefined): Column => ({
  column,
  type: 'TEXT',
  form: 'folded',
  read: (ticket) => {
    const found = read(ticket)
    return typeof found === 'string' ? foldText(found) : null
  },
})
const set = (column: string, read: (ticket: Ticket) => readonly string[]): Column => ({
  column,
  type: 'TEXT',
  form: 'set',
  read: (ticket) =>
    `\n${read(ticket)
      .map((member) => `${member}\n`)
      .join('')}`,
})
const always = (column: Column): Column => ({ ...column, always: true })

/**
 * The columns of a ticket's row beside its JSON, by the field of conditions and orderings that each stands for.
 * What asks of a field without one is the residue of a condition, which the store decides by reading tickets. A new
 * column needs a migration of every SQL store.
 */
export const columns: Readonly<Record<string, Column>> = {
  id: always(text('id', (t) => t.id)),
  reference: always(text('reference', (t) => t.reference)),
  subject: always(folded('subject_folded', (t) => t.subject)),
  category: text('category', (t) => t.category),
  channel: text('channel', (t) => t.channel),
  language: text('language', (t) => t.language),
  tags: always(set('tags', (t) => t.tagKeys)),
  effortMinutes: number('effort_minutes', (t) => t.effortMinutes),
  status: always(text('status', (t) => t.status)),
  kind: always(text('kind', (t) => t.kind)),
  statusSince: always(whole('status_since', (t) => t.statusSince)),
  priority: always(text('priority', (t) => t.priority)),
  priorityRank: always(number('priority_rank', (t) => t.priorityRank)),
  assignee: text('assignee', (t) => t.assignee),
  department: text('department', (t) => t.department),
  tier: whole('tier', (t) => t.tier),
  followers: always(set('followers', (t) => t.followers)),
  collaborators: always(set('collaborators', (t) => t.collaborators)),
  'requester.id': text('requester_id', (t) => t.requester?.id),
  'requester.name': folded('requester_name_folded', (t) => t.requester?.name),
  'requester.email': folded('requester_email_folded', (t) => t.requester?.email),
  'requester.plan': text('requester_plan', (t) => t.requester?.plan),
  'requester.segment': text('requester_segment', (t) => t.requester?.segment),
  'requester.revenue': { ...number('requester_revenue', (t) => t.requester?.revenue), unbounded: true },
  'requester.previousTickets': whole('requester_previous', (t) => t.requester?.previousTickets),
  'requester.vip': truth('requester_vip', (t) => t.requester?.vip),
  waitingSince: whole('waiting_since', (t) => t.waitingSince),
  openedAt: always(whole('opened_at', (t) => t.openedAt)),
  resolvedAt: whole('resolved_at', (t) => t.resolvedAt),
  closedAt: whole('closed_at', (t) => t.closedAt),
  lastAt: always(whole('last_at', (t) => t.lastAt)),
  'sla.level': text('sla_level', (t) => t.sla?.level),
  'sla.breached': always(truth('sla_breached', hasBreached)),
  'sla.dueAt': whole('sla_due_at', earliestDue),
  'sla.rank': always(whole('sla_rank', openRank)),
}

/** The column of a field, looked up by own property: a field may be named `constructor`. */
export const columnOf = (field: string): Column | undefined =>
  Object.hasOwn(columns, field) ? columns[field] : undefined

export const isActionable = (kinds: readonly unknown[]): boolean =>
  kinds.length > 0 && kinds.every((kind) => isWork(kind as StatusKind))

/** 0 where somebody here has something to do, else 1: what the indexes of views begin with. */
const actionable: Column = always(whole('actionable', ({ kind }) => (isActionable([kind]) ? 0 : 1)))

/** Columns that the stores fill: all but the key. */
export const filled: readonly Column[] = [...Object.values(columns).filter(({ column }) => column !== 'id'), actionable]

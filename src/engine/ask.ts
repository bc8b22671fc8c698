import { compileCondition } from '../condition/compile.ts'
import { type Condition, type ConditionUse, checkCondition } from '../condition/condition.ts'
import { conditionInWords } from '../condition/describe.ts'
import type { FieldTable, Subject } from '../condition/field.ts'
import { type ConditionIndex, indexConditions } from '../condition/rule-index.ts'
import { compileVerdict, type Verdict } from '../condition/verdict.ts'
import { DeskError, fail, type Refusal, refuse, shown } from '../errors.ts'
import { optionsGiven, ticketGiven } from '../model/given.ts'
import { checkShape, isPlainObject } from '../model/json.ts'
import { findIssues } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { describeKeys, explainPositions, type OrderExplanation } from '../queue/describe-ordering.ts'
import {
  type CompiledOrdering,
  checkOrdering,
  compileOrdering,
  type Ordering,
  OrderingSchema,
} from '../queue/ordering.ts'
import { OrderedTickets, type QueueIndex } from '../queue/queue-index.ts'
import { isInstant } from '../time/instant.ts'
import type { Definition } from './definition.ts'
import { fields } from './field.ts'
import { definitionGiven } from './given.ts'

/** When a question is asked, and by which calendars. */
export interface Asking {
  /** For fields that move with time: without it they are missing. */
  readonly now?: number | undefined
  /** Whose calendars and tags are meant. */
  readonly definition?: Definition | undefined
}

const dryRead: ConditionUse = { name: 'a question about a ticket', classes: ['stored', 'clock'] }

/**
 * Does a ticket meet a condition?
 * @throws DeskError `invalid_definition`, `unknown_name`, `forbidden_key` with the path in the condition;
 * `invalid_command` for what is no ticket, and for unknown options; `invalid_instant` (`asking.now`)
 * @example matches({ field: 'tags', op: 'hasAny', value: ['vip'] }, ticket)
 */
export function matches(condition: Condition, ticket: Ticket, asking: Asking = {}): boolean {
  const { fields, subject } = asked(ticket, asking)
  return compileCondition(checked(condition, dryRead, fields), fields)(subject)
}

/**
 * Does a ticket meet a condition, and which leaves decided?
 * @throws DeskError as `matches`
 */
export function explainMatch(condition: Condition, ticket: Ticket, asking: Asking = {}): Verdict {
  const { fields, subject } = asked(ticket, asking)
  return compileVerdict(checked(condition, dryRead, fields), fields)(subject)
}

/**
 * Many conditions, to be asked of many tickets: indexed by the fields they compare with `is` and `oneOf`.
 * @throws DeskError as `matches`; the path begins with the position in the list. What comes back throws
 * `invalid_command` for a subject without a ticket
 */
export function conditionIndex<T>(
  entries: readonly { readonly when: Condition | undefined; readonly item: T }[],
): ConditionIndex<T> {
  if (!Array.isArray(entries))
    throw fail('invalid_definition', { reason: `a list of conditions is needed, not ${shown(entries)}` })
  const refusals = entries.flatMap((entry: unknown, i): readonly Refusal[] => {
    if (!isPlainObject(entry))
      return [refuse('invalid_definition', { reason: `{ when, item } is needed, not ${shown(entry)}` }, `[${i}]`)]
    return entry.when === undefined ? [] : findings(entry.when, `[${i}].when`)
  })
  if (refusals[0]) throw new DeskError(refusals[0], refusals)
  const { matching, first } = indexConditions<T>(entries, fields)
  return {
    matching: (subject) => matching(subjectGiven(subject)),
    first: (subject) => first(subjectGiven(subject)),
  }
}

function subjectGiven(subject: Subject): Subject {
  ticketGiven((subject as Subject | null | undefined)?.ticket, 'subject.ticket')
  return subject
}

const anywhere: ConditionUse = { name: 'a condition', classes: ['stored', 'event', 'clock'] }

/**
 * A condition in words, wherever it is used.
 * @throws DeskError as `matches`
 * @example
 * describeCondition({ all: [{ field: 'kind', op: 'oneOf', value: ['new', 'open'] }, { field: 'requester.vip', op: 'is',
 * value: true }] }) // => 'kind is new or open, and requester vip is true'
 */
export function describeCondition(condition: Condition): string {
  return conditionInWords(checked(condition, anywhere, fields), fields)
}

function checked(condition: Condition, use: ConditionUse, table: FieldTable): Condition {
  const refusals = findings(condition, '', use, table)
  if (refusals[0]) throw new DeskError(refusals[0], refusals)
  return condition
}

function findings(condition: unknown, path: string, use = dryRead, table: FieldTable = fields): readonly Refusal[] {
  const misshapen = checkShape(condition, path)
  return misshapen ? [misshapen] : checkCondition(condition, table, use, path)
}

/** What is asked about, and by which fields: with a definition its names are known, and merged tags count as one. */
function asked(given: Ticket, asking: Asking): { readonly subject: Subject; readonly fields: FieldTable } {
  const ticket = ticketGiven(given)
  const { now, definition } = optionsGiven(asking, ['now', 'definition'], 'asking')
  if (now !== undefined && !isInstant(now))
    throw fail('invalid_instant', { value: shown(now), reason: 'it must be milliseconds' }, 'asking.now')
  if (definition === undefined) return { subject: { ticket, now }, fields }
  const { calendars, fields: known } = definitionGiven(definition, 'asking.definition')
  return { subject: { ticket, now, calendar: (id) => calendars.get(id)?.calendar }, fields: known }
}

/**
 * A comparator of tickets: total, ended by id.
 * @throws DeskError `invalid_definition`, `unknown_name`; where it compares, `invalid_command` for what is no ticket
 * @example tickets.toSorted(orderBy('slaDue'))
 */
export function orderBy(ordering: Ordering): (a: Ticket, b: Ticket) => number {
  const { position, compare } = compiledOrdering(ordering)
  return (a, b) => compare(position(ticketGiven(a, 'a')), position(ticketGiven(b, 'b')))
}

/**
 * Which of two tickets comes first in an ordering, and which of its keys decided that.
 * @throws DeskError `invalid_definition`, `unknown_name`; `invalid_command` for what is no ticket
 */
export function explainOrder(ordering: Ordering, a: Ticket, b: Ticket): OrderExplanation {
  const compiled = compiledOrdering(ordering)
  const [x, y] = [compiled.position(ticketGiven(a, 'a')), compiled.position(ticketGiven(b, 'b'))]
  return explainPositions(compiled, fields, x, y)
}

/**
 * An ordering in words, strongest key first.
 * @throws DeskError `invalid_definition`, `unknown_name`
 * @example
 * describeOrdering('fifo')
 * // => 'kind new or open first, then earliest openedAt, then lowest id'
 */
export function describeOrdering(ordering: Ordering): string {
  return describeKeys(compiledOrdering(ordering).keys, fields)
}

/**
 * Tickets kept in an order as they change: who is first, who stands where, any page. It holds ids and keys, 19 to 28
 * bytes a ticket beside the ids; feed it from `changes` or from what commands give back.
 * @throws DeskError `invalid_definition`, `unknown_name`; `invalid_command` for what is no ticket, with its place
 * @example
 * const queue = queueIndex('priority', tickets)
 * queue.add(ticket)
 * queue.peek()
 */
export function queueIndex(ordering: Ordering, tickets: readonly Ticket[] = []): QueueIndex {
  return new OrderedTickets(compiledOrdering(ordering), tickets)
}

function compiledOrdering(ordering: Ordering): CompiledOrdering {
  const parsed = findIssues(OrderingSchema, ordering, 'invalid_definition')
  const refusals: readonly Refusal[] = 'refusals' in parsed ? parsed.refusals : checkOrdering(parsed.value, fields, '')
  if (refusals[0] || 'refusals' in parsed) throw new DeskError(refusals[0] as Refusal, refusals)
  return compileOrdering(parsed.value, fields)
}

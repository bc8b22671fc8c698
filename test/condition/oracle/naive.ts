import { type Condition, foldText, type Leaf, type Ticket } from 'ticketwright'

/**
 * Conditions as the reference page words them, with nothing of the library but the fold: facts are looked up by name in
 * plain JSON, every group and operator is asked in full, nothing is prepared.
 */
export interface NaiveSubject {
  readonly ticket: Ticket
  readonly before?: Ticket | null | undefined
}

export function naive(condition: Condition, subject: NaiveSubject): boolean {
  if ('all' in condition) return condition.all.filter((part) => !naive(part, subject)).length === 0
  if ('any' in condition) return condition.any.filter((part) => naive(part, subject)).length > 0
  if ('none' in condition) return condition.none.filter((part) => naive(part, subject)).length === 0
  const { field, op, value } = condition
  const is = factOf(subject.ticket, field)
  if (!op.startsWith('changed')) return holds(field, op, is, value)
  if (subject.before === undefined) return false
  const was = subject.before === null ? null : factOf(subject.before, field)
  if (op === 'changed') return identity(was) !== identity(is)
  const equal = (fact: unknown) => (value === null ? isNothing(fact) : holds(field, 'is', fact, value))
  return op === 'changedTo' ? equal(is) && !equal(was) : equal(was) && !equal(is)
}

const texts = new Set(['subject', 'excerpt', 'requester.name', 'requester.email', 'requester.phone'])
const instants = /(At|Since|Until|since)$/
const renamed: Readonly<Record<string, string>> = {
  tags: 'tagKeys',
  messages: 'counts.messages',
  replies: 'counts.replies',
  reopens: 'counts.reopens',
  reassignments: 'counts.reassignments',
  mergedInto: 'links.mergedInto',
  parent: 'links.parent',
  followUpOf: 'links.followUpOf',
  related: 'links.related',
  'sla.level': 'sla.level',
}

function factOf(ticket: Ticket, field: string): unknown {
  if (field === 'sla.breached') return Object.values(ticket.clocks).some((clock) => clock?.breachedAt != null)
  const clock =
    /^sla\.(.+)\.(state|ending|breachedAt|dueAt|startedAt|endedAt|cycle|targetMs|latenessMs|breached)$/.exec(field)
  if (clock) {
    const found = (ticket.clocks as unknown as Record<string, Record<string, unknown>>)[clock[1] as string]
    if (!found) return null
    return clock[2] === 'breached' ? found.breachedAt !== null : found[clock[2] as string]
  }
  let found: unknown = ticket
  for (const step of (renamed[field] ?? field).split('.'))
    found =
      typeof found === 'object' && found !== null && Object.keys(found).includes(step)
        ? (found as Record<string, unknown>)[step]
        : undefined
  return found
}

const isNothing = (fact: unknown): boolean =>
  fact === null || fact === undefined || fact === '' || (Array.isArray(fact) && fact.length === 0)

const identity = (fact: unknown): string =>
  isNothing(fact) ? 'nothing' : JSON.stringify(Array.isArray(fact) ? [...new Set(fact)].sort() : fact)

function holds(field: string, op: string, fact: unknown, value: Leaf['value']): boolean {
  const [one] = [value]
  const list = (Array.isArray(value) ? value : []) as readonly (string | number | boolean)[]
  const as = (given: unknown): unknown =>
    texts.has(field) && typeof given === 'string'
      ? foldText(given)
      : instants.test(field) && !field.startsWith('fields.') && typeof given === 'string'
        ? Date.parse(given)
        : given
  const same = (a: unknown, b: unknown) => typeof as(a) === typeof as(b) && as(a) === as(b)
  const number = (compare: (fact: number) => boolean) => typeof fact === 'number' && compare(fact)
  const text = (compare: (fact: string) => boolean) => typeof fact === 'string' && compare(foldText(fact))
  const members = (Array.isArray(fact) ? fact : []) as readonly string[]
  const member = (key: unknown) => members.includes(field === 'tags' ? foldText(key as string) : (key as string))
  switch (op) {
    case 'is':
      return same(fact, one)
    case 'isNot':
      return !same(fact, one)
    case 'oneOf':
      return list.some((each) => same(fact, each))
    case 'noneOf':
      return !list.some((each) => same(fact, each))
    case 'lt':
      return number((n) => n < (as(one) as number))
    case 'lte':
      return number((n) => n <= (as(one) as number))
    case 'gt':
      return number((n) => n > (as(one) as number))
    case 'gte':
      return number((n) => n >= (as(one) as number))
    case 'between':
      return number((n) => (as(list[0]) as number) <= n && n < (as(list[1]) as number))
    case 'contains':
      return text((t) => t.split(foldText(one as string)).length > 1)
    case 'containsAny':
      return text((t) => list.some((each) => t.split(foldText(each as string)).length > 1))
    case 'startsWith':
      return text((t) => t.slice(0, foldText(one as string).length) === foldText(one as string))
    case 'glob':
      return text((t) => fits([...t], [...foldText(one as string)]))
    case 'hasAny':
      return list.some(member)
    case 'hasAll':
      return list.every(member)
    case 'hasNone':
      return !list.some(member)
    case 'present':
      return !isNothing(fact)
    case 'absent':
      return isNothing(fact)
    default:
      throw new Error(`no operator ${op}`)
  }
}

/** By all positions that a prefix of the pattern can end at. */
export function fits(text: readonly string[], pattern: readonly string[]): boolean {
  let ends = new Set([0])
  for (let i = 0; i < pattern.length; i++) {
    let sign = pattern[i] as string
    const quoted = sign === '\\' && i + 1 < pattern.length
    if (quoted) sign = pattern[++i] as string
    const next = new Set<number>()
    for (const end of ends)
      if (!quoted && sign === '*') for (let at = end; at <= text.length; at++) next.add(at)
      else if (end < text.length && ((!quoted && sign === '?') || text[end] === sign)) next.add(end + 1)
    ends = next
  }
  return ends.has(text.length)
}

import type { Condition, Leaf, Operator, Ticket } from 'ticketwright'
import { checkCondition } from '../../../src/condition/condition.ts'
import { fieldNamed } from '../../../src/condition/field.ts'
import { operators } from '../../../src/condition/operator.ts'
import { fields } from '../../../src/engine/field.ts'
import type { Random } from './random.ts'

/** Few values, so that they meet; with everything that has gone wrong in folds, patterns and columns. */
const names = [
  'hardware',
  'Hardware',
  'hardware',
  'Hardware',
  'HARDWARE',
  'a',
  'b',
  'ß',
  'ı',
  'i',
  '%',
  '_',
  "o'x",
  '',
  '工单',
  'x y',
]
const texts = [
  'Printer on fire',
  'PRINTER',
  'Straße gesperrt',
  'strasse',
  'ÕHTU tööd',
  '工单无法打印',
  '打印机😀坏了',
  'İstanbul ıs',
  'ΣΑΣ σας',
  'a*b?c[d]',
  '100% _sure_ \\ "no"',
  '',
  'ﬁne ＡＢＣ',
]
const parts = [
  'print',
  'STRASSE',
  'ß',
  'õ',
  '工',
  '打印',
  '😀',
  'i',
  'σ',
  '*',
  '?',
  '[',
  '%',
  '_',
  '\\',
  "'",
  'fi',
  'abc',
  ' ',
]
const patterns = [
  '*',
  '?*',
  'print*',
  '*fire',
  '*单*',
  '打印机?坏了',
  '*\\**',
  'a\\*b\\?c[d]',
  '*[*',
  '%*',
  '_*',
  '*s?s*',
  '',
  'strasse',
  '*\\',
]
const tags = ['vip', 'VIP', 'Straße', 'billing', 'ａ', 'a', 'x\ny', '']
const people = ['ana', 'ben', 'Ana', 'c\nd']
const numbers = [0, 1, 2, 3, 10, 2.5, -1, 1e300, -0, 9_007_199_254_740_992]
const instants = [0, 1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000, 1_700_000_000_000.5]
const isoInstants = ['2023-11-14T22:13:20Z', '2023-11-15T00:13:20.001+02:00', '2027-01-15T08:00:00Z']
const own = ['gold', 'Gold', 'straße', '', 0, 1, -0, true, false, 2.5]
const metrics = ['resolution', 'firstResponse']

const ownFields = ['plan', 'n', 'deep.level', 'list', 'deep', 'constructor.name', 'toString']
export const fieldNames: readonly string[] = [
  ...Object.keys(fields).filter(
    (name) => !name.includes('<') && fields[name]?.class === 'stored' && name !== 'sla.dueAt' && name !== 'sla.rank',
  ),
  ...ownFields.map((path) => `fields.${path}`).filter((name) => fieldNamed(fields, name)),
  ...metrics.flatMap((metric) => ['state', 'breached', 'dueAt', 'breachedAt'].map((part) => `sla.${metric}.${part}`)),
]

export function randomTicket(random: Random, base: Ticket, id: string): Ticket {
  const maybe = <T>(value: T, nothing: T): T => (random.chance(0.25) ? nothing : value)
  const name = () => maybe<string | null>(random.pick(names.filter((one) => one !== '')), null)
  const count = () => random.pick([0, 1, 2, 3, 10])
  const instant = () =>
    maybe<number | null>(random.pick([0, 1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000]), null)
  const clock = (metric: string) => ({
    metric,
    state: random.pick(['running', 'paused', 'ended']),
    ending: null,
    dueAt: instant(),
    breachedAt: instant(),
    startedAt: 0,
    endedAt: null,
    cycle: 1,
    targetMs: 1,
    latenessMs: null,
  })
  const tagKeys = [...new Set(random.some(['vip', 'strasse', 'billing', 'a'], 3))]
  return {
    ...base,
    id,
    reference: `T-${id}`,
    version: 1,
    subject: random.pick(texts),
    excerpt: random.pick(texts),
    category: name(),
    channel: name(),
    language: name(),
    tags: tagKeys,
    tagKeys,
    impact: name(),
    urgency: name(),
    statedUrgency: name(),
    affected: maybe<number | null>(count(), null),
    effortMinutes: maybe<number | null>(random.pick([0, 1, 2.5, 10]), null),
    status: random.pick(['New', 'Open', 'Töös']),
    kind: random.pick(['new', 'open', 'answered', 'resolved', 'closed']),
    statusSince: instant() ?? 0,
    postponedUntil: instant(),
    priority: random.pick(['Low', 'High', 'Urgent']),
    priorityRank: random.pick([1, 2, 3]),
    assignee: maybe<string | null>(random.pick(people.filter((one) => !one.includes('\n'))), null),
    department: name(),
    tier: maybe<number | null>(count(), null),
    followers: [...new Set(random.some(['ana', 'ben', 'Ana'], 2))],
    collaborators: [...new Set(random.some(['ana', 'ben', 'Ana'], 2))],
    requester: random.chance(0.2)
      ? null
      : {
          id: random.pick(['mari', 'jaan']),
          ...(random.chance(0.7) ? { name: random.pick(texts) } : {}),
          ...(random.chance(0.7) ? { email: random.pick(['MARI@example.com', 'x@y']) } : {}),
          ...(random.chance(0.7) ? { plan: random.pick(names) } : {}),
          ...(random.chance(0.7) ? { revenue: random.pick([0, 2.5, -1, 1e300]) } : {}),
          ...(random.chance(0.7) ? { previousTickets: count() } : {}),
          ...(random.chance(0.7) ? { vip: random.chance(0.5) } : {}),
          ...(random.chance(0.7) ? { since: instant() ?? 0 } : {}),
        },
    fields: random.chance(0.2)
      ? {}
      : {
          plan: random.pick(own),
          n: random.pick([...own, null]),
          deep: random.chance(0.5) ? { level: random.pick(own), list: ['a'] } : random.pick(own),
          list: random.chance(0.7) ? random.some(['a', 'b', 'vip'], 3) : random.pick(own),
        },
    waitingSince: instant(),
    openedAt: instant() ?? 0,
    firstRespondedAt: instant(),
    resolvedAt: instant(),
    closedAt: instant(),
    closeReason: name(),
    lastAt: instant() ?? 0,
    outbound: random.chance(0.5),
    counts: { messages: count(), replies: count(), reopens: count(), reassignments: count() },
    sla: random.chance(0.4) ? null : { level: random.pick(['gold', 'silver']), levelVersion: 'v', appliedAt: 0 },
    clocks: Object.fromEntries(
      metrics.filter(() => random.chance(0.6)).map((metric) => [metric, clock(metric)]),
    ) as never,
    satisfaction: random.chance(0.5) ? null : { score: count(), comment: null, at: 0 },
  }
}

const names_ = Object.keys(operators) as readonly Operator[]

/** A leaf that the check lets through. */
function randomLeaf(random: Random, classes: readonly ('stored' | 'event')[], among: readonly string[]): Leaf {
  for (;;) {
    const name = random.pick(among)
    const type = fieldNamed(fields, name)?.type
    const fitting = names_.filter((op) => (operators[op].on as readonly string[]).includes(type ?? ''))
    const op = random.pick(fitting)
    const leaf = { field: name, op, value: randomValue(random, op, type ?? 'any') } as Leaf
    if (checkCondition(leaf, fields, { name: 'a test', classes }).length === 0) return leaf
  }
}

function randomValue(random: Random, op: Operator, type: string): unknown {
  const one = (): unknown => {
    if (type === 'text') return random.pick(texts)
    if (type === 'name')
      return random.pick([...names, 'New', 'Open', 'Töös', 'new', 'open', 'High', 'ana', 'gold', 'mari', 'running'])
    if (type === 'number') return random.pick(numbers)
    if (type === 'instant') return random.pick<unknown>([...instants, ...isoInstants])
    if (type === 'boolean') return random.chance(0.5)
    return random.pick(own)
  }
  const number = () => (type === 'instant' ? one() : random.pick(numbers))
  switch (operators[op].takes) {
    case 'nothing':
      return undefined
    case 'one':
      return one()
    case 'oneOrNull':
      return random.chance(0.3) ? null : one()
    case 'many':
      return Array.from({ length: random.below(4) }, one)
    case 'number':
      return number()
    case 'range':
      return [number(), number()]
    case 'text':
      return random.pick(parts)
    case 'texts':
      return random.some(parts, 3)
    case 'pattern':
      return random.pick(patterns)
    case 'keys':
      return random.some(type === 'tags' ? tags : type === 'any' ? [...tags, 'b'] : people, 3)
  }
}

export function randomCondition(
  random: Random,
  classes: readonly ('stored' | 'event')[] = ['stored'],
  among: readonly string[] = fieldNames,
  depth = 3,
): Condition {
  if (depth === 0 || random.chance(0.45)) return randomLeaf(random, classes, among)
  const children = Array.from({ length: random.below(4) }, () => randomCondition(random, classes, among, depth - 1))
  return random.pick<Condition>([{ all: children }, { any: children }, { none: children }])
}

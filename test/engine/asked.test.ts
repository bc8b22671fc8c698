/** What pure functions about conditions, canned messages and tags are given: refused with a code and its place. */
import {
  type Condition,
  checkTagColors,
  conditionIndex,
  contrastRatio,
  defineDesk,
  describeCondition,
  explainMatch,
  isDeskError,
  matches,
  renderCanned,
  requesterMessages,
  requesterTicket,
  tagsOf,
} from 'ticketwright'
import { lintDefinition } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import { leastCpuMs } from '../cpu.ts'
import { story, when } from '../story.ts'

const definition = defineDesk({
  calendars: [{ id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }],
  cannedMessages: [{ id: 'hello', body: 'Hello {{requester.name}}' }],
})
const { ticket, events } = story(definition).open('Mon 09:00')
const isNew = { field: 'kind', op: 'is', value: 'new' } as const
const open = { field: 'inBusinessHours.office', op: 'is', value: true } as const
const index = conditionIndex([{ when: isNew, item: 'new' }])
// biome-ignore lint/suspicious/noExplicitAny: what is no argument at all
type Anything = any

const nothing: readonly [what: string, value: Anything][] = [
  ['null', null],
  ['nothing', undefined],
  ['a number', 5],
  ['a text', 'nope'],
  ['a list', [null]],
  ['an object', {}],
  ['a definition’s JSON', { json: {} }],
  ['a function', () => 1],
]

/** What each argument is refused with; `undefined` may stand for one that need not be given. */
const functions: readonly [name: string, call: (given: Anything) => unknown, code: string, path: string | undefined][] =
  [
    ['matches: ticket', (it) => matches(isNew, it), 'invalid_command', 'ticket'],
    ['explainMatch: ticket', (it) => explainMatch(isNew, it), 'invalid_command', 'ticket'],
    [
      'conditionIndex: entries',
      (it) => conditionIndex(Array.isArray(it) ? (null as never) : it),
      'invalid_definition',
      undefined,
    ],
    ['conditionIndex: matching', (it) => index.matching(it), 'invalid_command', 'subject.ticket'],
    ['conditionIndex: first', (it) => index.first(it), 'invalid_command', 'subject.ticket'],
    ['renderCanned: definition', (it) => renderCanned(it, 'hello', ticket), 'invalid_definition', 'definition'],
    ['renderCanned: id', (it) => renderCanned(definition, it, ticket), 'unknown_name', 'id'],
    ['renderCanned: ticket', (it) => renderCanned(definition, 'hello', it), 'invalid_command', 'ticket'],
    ['tagsOf: definition', (it) => tagsOf(it, ticket), 'invalid_definition', 'definition'],
    ['tagsOf: ticket', (it) => tagsOf(definition, it), 'invalid_command', 'ticket'],
    ['requesterTicket: definition', (it) => requesterTicket(it, ticket), 'invalid_definition', 'definition'],
    ['requesterTicket: ticket', (it) => requesterTicket(definition, it), 'invalid_command', 'ticket'],
  ]

/** The code and the path of a refusal; anything else fails the test. */
function refused(call: () => unknown) {
  try {
    call()
  } catch (error) {
    if (isDeskError(error)) return { code: error.code, path: error.path }
    throw error
  }
  throw new Error('it was not refused')
}

describe.each(functions)('%s', (_name, call, code, path) => {
  it.each(nothing)('%s is refused with its code and place', (_what, value) => {
    expect(refused(() => call(value))).toEqual({ code, path })
  })
})

it.each(nothing)('lint takes any value: %s gets its findings, and no error', (_what, value) => {
  const found = lintDefinition(value)
  expect(found.every(({ code, sentence }) => code !== '' && sentence !== '')).toBe(true)
  expect(found.length > 0).toBe(JSON.stringify(value) !== '{}')
})

describe('what is asked', () => {
  it.each<[what: string, call: () => unknown, code: string, path: string | undefined]>([
    ['no condition', () => matches(null as Anything, ticket), 'invalid_definition', ''],
    ['no condition to describe', () => describeCondition(undefined as Anything), 'invalid_definition', ''],
    ['no options', () => matches(isNew, ticket, null as Anything), 'invalid_command', 'asking'],
    ['an unknown option', () => matches(isNew, ticket, { at: 1 } as Anything), 'invalid_command', 'asking.at'],
    [
      'a year for an instant',
      () => matches(isNew, ticket, { now: '2026' as Anything }),
      'invalid_instant',
      'asking.now',
    ],
    ['no number', () => explainMatch(isNew, ticket, { now: Number.NaN }), 'invalid_instant', 'asking.now'],
    ['null for an instant', () => matches(isNew, ticket, { now: null as Anything }), 'invalid_instant', 'asking.now'],
    [
      'no definition',
      () => matches(isNew, ticket, { definition: {} as Anything }),
      ...(['invalid_definition', 'asking.definition'] as const),
    ],
    ['no entry', () => conditionIndex([{ when: isNew, item: 1 }, null as Anything]), 'invalid_definition', '[1]'],
    [
      'no condition of an entry',
      () => conditionIndex([{ when: null as Anything, item: 1 }]),
      ...(['invalid_definition', '[0].when'] as const),
    ],
    [
      'a name that the definition lacks',
      () => matches({ field: 'status', op: 'is', value: 'Opn' }, ticket, { definition }),
      ...(['unknown_name', 'value'] as const),
    ],
    [
      'a calendar that the definition lacks',
      () => explainMatch({ field: 'inBusinessHours.home', op: 'present' }, ticket, { definition }),
      ...(['unknown_name', 'field'] as const),
    ],
    ['no tags', () => checkTagColors(null as Anything), 'invalid_definition', 'tags'],
    [
      'a tag that is none',
      () => checkTagColors([{ name: 'a' } as never, 'b' as never]),
      'invalid_definition',
      'tags[1]',
    ],
    ['no log', () => requesterMessages(null as Anything), 'event_malformed', 'history'],
    ['no event', () => requesterMessages([events[0] as never, null as never]), 'event_malformed', 'history[1]'],
  ])('%s is refused with its code and place', (_what, call, code, path) => {
    expect(refused(call)).toEqual({ code, path })
  })

  it('and what is well asked is answered', () => {
    const now = when('Mon 10:00')
    expect(matches(isNew, ticket)).toBe(true)
    expect(matches(open as Condition, ticket, { now, definition })).toBe(true)
    expect(matches({ field: 'status', op: 'is', value: 'Opn' }, ticket)).toBe(false)
    expect(index.matching({ ticket })).toEqual(['new'])
    expect([contrastRatio(null as Anything, '#fff'), contrastRatio('#fff', 5 as Anything)]).toEqual([null, null])
    expect(checkTagColors([])).toEqual([])
  })
})

it('a hole in a list of conditions is no condition', () => {
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  const all = [, isNew] as unknown as readonly Condition[]
  expect(() => matches({ all }, ticket)).toThrow(
    expect.objectContaining({ code: 'invalid_definition', path: expect.stringContaining('all[0]') }),
  )
})

it('a condition of more leaves than may be is refused in no time (hazard 31)', () => {
  const any = Array.from({ length: 150_000 }, () => isNew)
  const ask = () => {
    try {
      return matches({ any }, ticket)
    } catch (error) {
      return isDeskError(error, 'too_large')
    }
  }
  expect(ask()).toBe(true)
  expect(leastCpuMs(ask, 50)).toBeLessThan(50)
})

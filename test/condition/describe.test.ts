import { type Condition, describeCondition } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { operators } from '../../src/condition/operator.ts'
import { randomCondition } from './oracle/generate.ts'
import { Random } from './oracle/random.ts'

const cases: readonly [Condition, string][] = [
  [{ field: 'status', op: 'is', value: 'In progress' }, 'status is "In progress"'],
  [{ field: 'priority', op: 'isNot', value: 'Low' }, 'priority is not Low'],
  [{ field: 'kind', op: 'oneOf', value: ['new', 'open', 'answered'] }, 'kind is new, open or answered'],
  [{ field: 'kind', op: 'noneOf', value: ['resolved', 'closed'] }, 'kind is neither resolved nor closed'],
  [{ field: 'affected', op: 'gte', value: 10 }, 'affected is at least 10'],
  [{ field: 'affected', op: 'lte', value: 10 }, 'affected is at most 10'],
  [{ field: 'effortMinutes', op: 'lt', value: 10 }, 'effort minutes is below 10 min'],
  [{ field: 'affected', op: 'between', value: [1, 10] }, 'affected is from 1 up to, and without, 10'],
  [{ field: 'openedAt', op: 'gt', value: 0 }, 'opened at is above 1970-01-01T00:00:00.000Z'],
  [{ field: 'sla.resolution.remainingMs', op: 'lt', value: 5_400_000 }, 'SLA resolution remaining is below 1h 30m'],
  [{ field: 'sla.resolution.share', op: 'gte', value: 800 }, 'SLA resolution share is at least 800 ‰'],
  [{ field: 'hoursSince.waitingSince', op: 'gt', value: 4 }, 'hours since waiting since is above 4 h'],
  [{ field: 'inBusinessHours.office', op: 'is', value: true }, 'in business hours of office is true'],
  [{ field: 'weekday.Europe/Tallinn', op: 'is', value: 'sat' }, 'weekday of Europe/Tallinn is sat'],
  [{ field: 'subject', op: 'contains', value: '工单' }, 'subject contains "工单"'],
  [{ field: 'message.body', op: 'containsAny', value: ['refund', 'õhtu'] }, 'message body contains "refund" or "õhtu"'],
  [{ field: 'subject', op: 'startsWith', value: 'Re:' }, 'subject begins with "Re:"'],
  [{ field: 'requester.email', op: 'glob', value: '*@example.com' }, 'requester email fits "*@example.com"'],
  [{ field: 'tags', op: 'hasAny', value: ['vip', 'gold'] }, 'tags hold vip or gold'],
  [{ field: 'tags', op: 'hasAll', value: ['vip', 'gold'] }, 'tags hold vip and gold'],
  [{ field: 'tags', op: 'hasNone', value: ['vip'] }, 'tags do not hold vip'],
  [{ field: 'assignee', op: 'present' }, 'assignee is there'],
  [{ field: 'tags', op: 'present' }, 'tags are there'],
  [{ field: 'followers', op: 'absent' }, 'followers are missing'],
  [{ field: 'category', op: 'noneOf', value: ['x or y', 'b'] }, 'category is neither "x or y" nor b'],
  [{ field: 'category', op: 'noneOf', value: ['a'] }, 'category is not a'],
  [{ field: 'assignee', op: 'absent' }, 'assignee is missing'],
  [{ field: 'assignee', op: 'changed' }, 'assignee changed'],
  [{ field: 'assignee', op: 'changedTo', value: null }, 'assignee changed to nothing'],
  [{ field: 'status', op: 'changedFrom', value: 'New' }, 'status changed from New'],
  [{ field: 'fields.contract.level', op: 'is', value: 'gold' }, 'field contract.level is gold'],
  [{ all: [] }, 'always'],
  [{ any: [] }, 'never'],
  [{ none: [] }, 'always'],
  [
    {
      all: [
        { field: 'kind', op: 'is', value: 'open' },
        {
          any: [
            { field: 'requester.vip', op: 'is', value: true },
            { field: 'tags', op: 'hasAny', value: ['vip'] },
          ],
        },
        { none: [{ field: 'category', op: 'is', value: 'spam' }] },
      ],
    },
    'kind is open, and any of (requester vip is true; tags hold vip), and none of (category is spam)',
  ],
  [{ any: [{ all: [{ field: 'assignee', op: 'absent' }] }] }, 'assignee is missing'],
]

describe('a condition in words', () => {
  it.each(cases)('%j: %s', (condition, words) => expect(describeCondition(condition)).toBe(words))

  it('every operator has its words', () => {
    const told = new Set(cases.flatMap(([condition]) => ('op' in condition ? [condition.op] : [])))
    expect(Object.keys(operators).filter((op) => !told.has(op as never))).toEqual([])
  })

  it('of any condition there are some, and one condition has one wording', () => {
    const random = new Random(5)
    for (let i = 0; i < 500; i++) {
      const condition = randomCondition(random, ['stored', 'event'])
      expect(describeCondition(condition)).toBe(describeCondition(structuredClone(condition)))
      expect(describeCondition(condition)).not.toMatch(/undefined|\[object/)
    }
  })

  it('refuses what is none', () => expect(() => describeCondition({ field: 'x', op: 'present' })).toThrow(/no field x/))
})

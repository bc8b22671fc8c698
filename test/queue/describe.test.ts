import { defineDesk, describeOrdering, explainOrder, type Ordering, type Ticket } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, story } from '../story.ts'

const ticket = (id: string, at: string, opening: object = {}): Ticket => ({
  ...story(defineDesk({})).open(at, opening).ticket,
  id,
})

describe('an ordering in words', () => {
  it.each<[Ordering, string]>([
    ['fifo', 'kind new or open first, then earliest openedAt, then lowest id'],
    ['easiestFirst', 'kind new or open first, then lowest effortMinutes, then earliest openedAt, then lowest id'],
    ['longestUnanswered', 'kind new or open first, then earliest waitingSince, then lowest id'],
    [
      'leastSlack',
      'kind new or open first, then sla.rank 0 or 1 first, then earliest (sla.dueAt, else (waitingSince, else openedAt) + 168 h) − effortMinutes × 1 min, else sla.dueAt, else (waitingSince, else openedAt) + 168 h, then lowest id',
    ],
    ['value', 'kind new or open first, then highest requester.revenue, then earliest openedAt, then lowest id'],
    [
      { by: 'value', plans: ['Free', 'Pro'] },
      'kind new or open first, then highest value of requester.plan (Free 1, Pro 2, else 0), then highest requester.revenue, then earliest openedAt, then lowest id',
    ],
    [
      'firstContact',
      'kind new or open first, then requester.previousTickets 0 first, then earliest openedAt, then lowest id',
    ],
    ['priority', 'kind new or open first, then highest priorityRank, then earliest openedAt, then lowest id'],
    [
      'slaDue',
      'kind new or open first, then lowest sla.rank, then earliest sla.dueAt, else (waitingSince, else openedAt) + 168 h, then lowest id',
    ],
    [
      'aging',
      'kind new or open first, then earliest (waitingSince, else openedAt) − priorityRank × 24 h, then lowest id',
    ],
    [
      { by: 'aging', boost: { Urgent: '4h', default: '90m' } },
      'kind new or open first, then earliest (waitingSince, else openedAt) + value of priority (Urgent -4 h, else -90 min), then lowest id',
    ],
    [
      { kinds: [], keys: [{ by: { field: 'tier' }, direction: 'descending', nulls: 'first' }] },
      'highest tier (without one first), then lowest id',
    ],
  ])('%j', (ordering, words) => {
    expect(describeOrdering(ordering)).toBe(words)
  })
})

describe('explainOrder', () => {
  const early = ticket('early', 'Mon 09:00')
  const urgent = ticket('urgent', 'Mon 10:00', { priority: 'Urgent' })

  it('says which key decided, and by which values', () => {
    expect(explainOrder('priority', early, urgent)).toEqual({
      first: 'urgent',
      key: 1,
      by: 'highest priorityRank',
      values: [1, 4],
    })
    expect(explainOrder('fifo', urgent, early)).toMatchObject({ first: 'early', key: 1, by: 'earliest openedAt' })
  })

  it('the kind decides first', () => {
    const answered = story(defineDesk({})).open('Mon 08:00').do('Mon 08:30', ana, { type: 'reply', body: 'x' }).ticket
    expect(explainOrder('fifo', { ...answered, id: 'answered' }, urgent)).toEqual({
      first: 'urgent',
      key: 0,
      by: 'kind new or open first',
      values: [1, 0],
    })
  })

  it('the id decides when nothing else does', () => {
    expect(explainOrder('fifo', { ...early, id: 'b' }, { ...early, id: 'a' })).toEqual({
      first: 'a',
      key: null,
      by: 'lowest id',
      values: ['b', 'a'],
    })
  })
})

import { defineDesk, type EventCondition, type StoredCondition, type TimeCondition } from 'ticketwright'
import { assertType, describe, it } from 'vitest'

const calendars = [{ id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }] as const
const levels = [{ id: 'gold', calendar: 'office', targets: [] }] as const

/** A desk of standard statuses and priorities with one view; what the view asks is judged by the compiler. */
const view = <const W extends StoredCondition>(when: W) => when

describe('conditions of a definition', () => {
  it('take what fits', () => {
    defineDesk({
      calendars,
      levels,
      slaRules: [
        {
          when: {
            all: [
              { field: 'status', op: 'is', value: 'Open' },
              { field: 'priority', op: 'oneOf', value: ['High', 'Urgent'] },
              {
                any: [
                  { field: 'tags', op: 'hasAny', value: ['vip'] },
                  { none: [{ field: 'affected', op: 'gt', value: 3 }] },
                ],
              },
              { field: 'fields.contract.level', op: 'is', value: 'gold' },
              { field: 'subject', op: 'glob', value: '*printer*' },
              { field: 'openedAt', op: 'between', value: ['2026-01-01T00:00Z', 1_800_000_000_000] },
              { field: 'requester.vip', op: 'is', value: true },
              { field: 'assignee', op: 'absent' },
            ],
          },
          level: 'gold',
        },
      ],
      views: [
        {
          id: 'late',
          when: {
            all: [
              { field: 'sla.resolution.breached', op: 'is', value: true },
              { field: 'sla.resolution.dueAt', op: 'lt', value: 0 },
              { field: 'sla.level', op: 'is', value: 'gold' },
              { field: 'status', op: 'contains', value: 'pen' },
            ],
          },
        },
      ],
    })
  })

  it('in which a misspelt name does not compile', () => {
    // @ts-expect-error there is no such field
    defineDesk({ views: [{ id: 'v', when: { field: 'sttus', op: 'is', value: 'Open' } }] })
    // @ts-expect-error there is no such status
    defineDesk({ views: [{ id: 'v', when: { field: 'status', op: 'is', value: 'Opn' } }] })
    // @ts-expect-error there is no such status in the list
    defineDesk({ views: [{ id: 'v', when: { field: 'status', op: 'oneOf', value: ['Open', 'Clsed'] } }] })
    const inner = { field: 'priority', op: 'is', value: 'Hgh' } as const
    // @ts-expect-error there is no such priority, three groups down
    defineDesk({ views: [{ id: 'v', when: { all: [{ any: [{ none: [inner] }] }] } }] })
    // @ts-expect-error there is no such kind
    defineDesk({ views: [{ id: 'v', when: { field: 'kind', op: 'is', value: 'Open' } }] })
    // @ts-expect-error there is no such level
    defineDesk({ calendars, levels, views: [{ id: 'v', when: { field: 'sla.level', op: 'is', value: 'gld' } }] })
    // @ts-expect-error there is no such metric
    defineDesk({ views: [{ id: 'v', when: { field: 'sla.resoluton.breached', op: 'is', value: true } }] })
    // @ts-expect-error there is no such state
    defineDesk({ views: [{ id: 'v', when: { field: 'sla.resolution.state', op: 'is', value: 'runing' } }] })
    const workflow = { statuses: [{ name: 'Uus', kind: 'new' }] } as const
    // @ts-expect-error a status of another workflow
    defineDesk({ workflow, views: [{ id: 'v', when: { field: 'status', op: 'is', value: 'Open' } }] })
  })

  it('in which operator and value fit the field', () => {
    view({ field: 'affected', op: 'gte', value: 3 })
    // @ts-expect-error a number is needed
    view({ field: 'affected', op: 'gte', value: '3' })
    // @ts-expect-error a status is not more or less than another
    view({ field: 'status', op: 'gt', value: 3 })
    // @ts-expect-error a list is needed
    view({ field: 'tags', op: 'hasAny', value: 'vip' })
    // @ts-expect-error a set is not equal to a text
    view({ field: 'tags', op: 'is', value: 'vip' })
    // @ts-expect-error presence takes no value
    view({ field: 'assignee', op: 'present', value: true })
    // @ts-expect-error a value is needed
    view({ field: 'assignee', op: 'is' })
    // @ts-expect-error two ends are needed
    view({ field: 'affected', op: 'between', value: [1] })
    // @ts-expect-error a truth is needed
    view({ field: 'requester.vip', op: 'is', value: 'true' })
  })

  it('of which each place knows its own', () => {
    // @ts-expect-error a view is asked without an event
    view({ field: 'event.type', op: 'is', value: 'rated' })
    // @ts-expect-error a view is asked without an event
    view({ field: 'status', op: 'changedTo', value: 'Open' })
    // @ts-expect-error a view does not move with time alone
    view({ field: 'hoursSince.openedAt', op: 'gt', value: 3 })
    assertType<EventCondition>({ field: 'event.type', op: 'is', value: 'rated' })
    // @ts-expect-error there is no such event
    assertType<EventCondition>({ field: 'event.type', op: 'is', value: 'ratd' })
    assertType<EventCondition>({ field: 'message.role', op: 'oneOf', value: ['requester', 'collaborator'] })
    // @ts-expect-error there is no such role
    assertType<EventCondition>({ field: 'message.role', op: 'is', value: 'requestor' })
    assertType<EventCondition>({ field: 'assignee', op: 'changedTo', value: null })
    // @ts-expect-error a tier is a number
    assertType<EventCondition>({ field: 'tier', op: 'changedTo', value: 'five' })
    assertType<EventCondition>({ field: 'openedAt', op: 'changedTo', value: '2026-01-01T00:00:00Z' })
    assertType<EventCondition>({ field: 'sla.resolution.state', op: 'changedTo', value: 'paused' })
    assertType<EventCondition>({ field: 'sla.resolution.breached', op: 'changedTo', value: true })
    assertType<EventCondition>({ field: 'requester.calendar', op: 'changedTo', value: 'office' })
    assertType<EventCondition>({ field: 'sla.resolution.state', op: 'contains', value: 'run' })
    assertType<EventCondition>({ field: 'event.type', op: 'contains', value: 'sla_' })
    // @ts-expect-error there is no such state
    assertType<EventCondition>({ field: 'sla.resolution.state', op: 'changedTo', value: 'pausd' })
    assertType<TimeCondition>({ field: 'hoursSince.sla.resolution.dueAt', op: 'present' })
    assertType<TimeCondition>({ field: 'inBusinessHours.office', op: 'present' })
    // @ts-expect-error time moves nothing in a trigger
    assertType<EventCondition>({ field: 'hoursSince.openedAt', op: 'gt', value: 3 })
    assertType<TimeCondition>({ field: 'hoursSince.openedAt', op: 'gt', value: 3 })
    assertType<TimeCondition>({ field: 'sla.resolution.share', op: 'gte', value: 800 })
    assertType<TimeCondition>({ field: 'weekday.Europe/Tallinn', op: 'oneOf', value: ['sat', 'sun'] })
    // @ts-expect-error there is no such day
    assertType<TimeCondition>({ field: 'weekday.Europe/Tallinn', op: 'is', value: 'Monday' })
  })
})

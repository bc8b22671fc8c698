import { defineDesk, type TargetDefinition } from 'ticketwright'

export const nineToFive = {
  id: 'office',
  zone: 'UTC',
  hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((weekday) => [weekday, [['09:00', '17:00']]])) as {
    readonly [weekday: string]: readonly (readonly [string, string])[]
  },
} as const

type Targets = { readonly [metric: string]: TargetDefinition['within'] | Omit<TargetDefinition, 'metric'> }

const isTarget = (value: unknown): value is Omit<TargetDefinition, 'metric'> =>
  typeof value === 'object' && value !== null && 'within' in value

export const targetsOf = (targets: Targets) =>
  Object.entries(targets).map(([metric, value]) => ({
    metric: metric as 'resolution',
    ...(isTarget(value) ? value : { within: value }),
  }))

/** A desk with one level for everybody: round the clock, or 9 to 5 in UTC with `office`. */
export const desk = (targets: Targets, calendar: 'alwaysOpen' | 'office' = 'alwaysOpen', more: object = {}) =>
  defineDesk({
    calendars: [nineToFive],
    calendar,
    levels: [{ id: 'std', targets: targetsOf(targets) }],
    slaRules: [{ level: 'std' }],
    ...more,
  } as never)

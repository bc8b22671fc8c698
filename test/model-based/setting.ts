/** One desk, said once: as a definition for the library, as plain data for the model. */
import { type Definition, type DeskDefinition, defineDesk } from 'ticketwright'
import type { HoursDefinition } from '../../src/time/calendar.ts'
import { alwaysOpenPlain, type PlainCalendar, plainCalendar } from './plain/calendar.ts'
import type { OwnMetric, PlainDefinition, PlainLevel, PlainRule, PlainStatus } from './plain/definition.ts'

export interface Setting {
  readonly name: string
  /** Its revisions, the first one first; most have one. */
  readonly definitions: readonly [Definition, ...Definition[]]
  readonly plain: readonly [PlainDefinition, ...PlainDefinition[]]
  /** Where histories begin. */
  readonly starts: readonly number[]
  /** What commands may name. */
  readonly names: {
    readonly departments: readonly string[]
    readonly calendars: readonly string[]
    readonly signals: readonly string[]
    readonly metrics: readonly string[]
    readonly levels: readonly string[]
  }
}

interface Revision {
  readonly since?: number
  readonly calendars: readonly HoursDefinition[]
  readonly departments?: readonly { readonly id: string; readonly calendar?: string }[]
  readonly metrics?: readonly OwnMetric[]
  readonly levels: readonly PlainLevel[]
  readonly rules: readonly PlainRule[]
  readonly deskCalendar?: string
}

export interface SettingInput extends Revision {
  readonly name: string
  readonly statuses?: readonly PlainStatus[]
  readonly reopenWithin: number | null
  readonly autoCloseAfter: number | null
  readonly starts: readonly number[]
  /** What later revisions change, each of the one before it. */
  readonly edits?: readonly (Partial<Revision> & { readonly since: number })[]
}

export const standardStatuses = [
  { name: 'New', kind: 'new' },
  { name: 'Answered', kind: 'answered' },
  { name: 'Open', kind: 'open' },
  { name: 'Postponed', kind: 'postponed' },
  { name: 'Resolved', kind: 'resolved' },
  { name: 'Closed', kind: 'closed' },
] as const

/** Made once for equal hours: the minutes of years are walked for it. */
const known = new Map<string, PlainCalendar>()
function plainOf(hours: HoursDefinition): PlainCalendar {
  const key = JSON.stringify(hours)
  const found = known.get(key) ?? plainCalendar(hours)
  known.set(key, found)
  return found
}

const conditionOf = ({ tag, priority, department }: PlainRule) => ({
  all: [
    ...(tag === undefined ? [] : [{ field: 'tags', op: 'hasAny', value: [tag] }]),
    ...(priority === undefined ? [] : [{ field: 'priority', op: 'is', value: priority }]),
    ...(department === undefined ? [] : [{ field: 'department', op: 'is', value: department }]),
  ],
})

export function settingOf(it: SettingInput): Setting {
  const statuses = it.statuses ?? standardStatuses
  const revisions: Revision[] = [it]
  for (const edit of it.edits ?? []) revisions.push({ ...(revisions.at(-1) as Revision), ...edit })
  const definitions = revisions.map(({ since, calendars, departments, metrics, levels, rules, deskCalendar }) =>
    defineDesk({
      ...(since === undefined ? {} : { since }),
      workflow: { statuses, reopen: { within: it.reopenWithin }, autoClose: { after: it.autoCloseAfter } },
      calendars,
      ...(deskCalendar === undefined ? {} : { calendar: deskCalendar }),
      ...(departments === undefined ? {} : { departments }),
      ...(metrics === undefined ? {} : { metrics }),
      levels,
      slaRules: rules.map((rule) => ({
        when: conditionOf(rule),
        level: rule.level,
        ...(rule.gives ? { priority: rule.gives } : {}),
      })),
    } as unknown as DeskDefinition),
  )
  const plain = revisions.map(
    ({ calendars, ...revision }): PlainDefinition => ({
      ...revision,
      statuses,
      reopenWithin: it.reopenWithin,
      autoCloseAfter: it.autoCloseAfter,
      priorities: ['Low', 'Medium', 'High', 'Urgent'],
      calendars: {
        alwaysOpen: alwaysOpenPlain,
        ...Object.fromEntries(calendars.map((hours) => [hours.id, plainOf(hours)])),
      },
    }),
  )
  const signals = (it.metrics ?? []).flatMap(({ starts, fulfilledBy, cancelledBy, pausedBy, resumedBy }) =>
    [...starts.map(({ on }) => on), ...fulfilledBy, ...(cancelledBy ?? []), ...(pausedBy ?? []), ...(resumedBy ?? [])]
      .filter((name) => name.startsWith('signal:'))
      .map((name) => name.slice('signal:'.length)),
  )
  return {
    name: it.name,
    definitions: definitions as [Definition],
    plain: plain as [PlainDefinition],
    starts: it.starts,
    names: {
      departments: it.departments?.map(({ id }) => id) ?? ['help', 'billing'],
      calendars: it.calendars.map(({ id }) => id),
      signals: [...new Set(signals)],
      metrics: [
        ...new Set(
          revisions.flatMap(({ levels }) => levels.flatMap(({ targets }) => targets.map((one) => one.metric))),
        ),
      ],
      levels: it.levels.map(({ id }) => id),
    },
  }
}

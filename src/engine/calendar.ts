import { type Refusal, refuse } from '../errors.ts'
import { FixedMap } from '../model/fixed-map.ts'
import { contentHash, isPlainObject } from '../model/json.ts'
import type { NamedCalendar } from '../sla/slice.ts'
import { alwaysOpen } from '../time/business-calendar.ts'
import { readCalendars } from '../time/calendars.ts'

/** The calendar that never closes; every definition knows it. */
export const alwaysOpenId = 'alwaysOpen'

/** The calendars of a definition by id, each with the hash of its content. Findings are added to `refusals`. */
export function namedCalendars(list: readonly unknown[], refusals: Refusal[]): ReadonlyMap<string, NamedCalendar> {
  for (const [i, json] of list.entries())
    if (isPlainObject(json) && json.id === alwaysOpenId)
      refusals.push(refuse('duplicate_name', { what: 'calendar', name: alwaysOpenId }, `calendars[${i}].id`))
  const always: NamedCalendar = { id: alwaysOpenId, version: alwaysOpenId, calendar: alwaysOpen }
  const read = readCalendars(list, 'calendars', refusals, (json) => contentHash(withParts(json, list)))
  return new FixedMap([
    [alwaysOpenId, always],
    ...[...read].map(([id, calendar]) => [id, { id, version: calendar.version ?? '', calendar }] as const),
  ])
}

/** A calendar's content with that of its parts: a union is another one when a part of it is. */
function withParts(json: unknown, list: readonly unknown[], depth = 0): unknown {
  if (!isPlainObject(json) || depth > list.length) return json
  const parts = [json.union, json.intersection].filter(Array.isArray).flat()
  const named = (id: unknown) => list.find((other) => isPlainObject(other) && other.id === id)
  return parts.length === 0 ? json : [json, parts.map((id) => withParts(named(id), list, depth + 1))]
}

import type { Check, Finding, Linted } from '../finding.ts'
import { targetsOf } from '../target-at.ts'

/** Calendars that nothing in the definition names, and departments whose calendar counts for nothing. */
export const unusedCalendars: Check = (linted) => [...calendars(linted), ...departments(linted)]

function calendars({ json }: Linted): Finding[] {
  const { calendars = [], ...rest } = json
  const texts = textsIn([rest, calendars.map(({ id: _id, ...calendar }) => calendar)])
  // `inBusinessHours.office`: fields may name a calendar as a part
  const fields = texts.filter((text) => text.includes('.'))
  const named = new Set([...texts, ...fields.flatMap((text) => text.split('.'))])
  return calendars.flatMap(({ id }, i): Finding[] =>
    named.has(id) || fields.some((field) => field.includes(id))
      ? []
      : [
          {
            code: 'unused_calendar',
            path: `calendars[${i}]`,
            sentence: `nothing in the definition names calendar ${id}: it counts for requesters that name it, and for nobody else`,
            severity: 'advice',
          },
        ],
  )
}

function textsIn(root: unknown): string[] {
  const found: string[] = []
  const todo = [root]
  for (let next = todo.pop(); next !== undefined; next = todo.pop())
    if (typeof next === 'string') found.push(next)
    else if (typeof next === 'object' && next !== null) for (const one of Object.values(next)) todo.push(one ?? 0)
  return found
}

function departments(linted: Linted): Finding[] {
  const counted = targetsOf(linted).some(
    ({ target }) => target.row.calendarOf === 'department' && target.calendar === null,
  )
  return (linted.json.departments ?? []).flatMap(({ id, calendar }, i): Finding[] =>
    calendar !== undefined && counted
      ? []
      : [
          {
            code: 'unused_department',
            path: `departments[${i}]`,
            sentence:
              calendar === undefined
                ? `department ${id} has no calendar, so its entry changes nothing`
                : `the calendar of department ${id} counts for nothing: no target is counted by departments, as \`handling\` is`,
            severity: 'advice',
          },
        ],
  )
}

import { hasUnclosedPlace } from '../../rules/canned.ts'
import type { Check } from '../finding.ts'

/** Templates in which a place begins and does not end: people would read the braces. */
export const unclosedPlaces: Check = ({ json }) =>
  (json.cannedMessages ?? []).flatMap(({ subject = '', body }, i) =>
    Object.entries({ subject, body })
      .filter(([, template]) => hasUnclosedPlace(template))
      .map(([part]) => ({
        code: 'unclosed_place',
        path: `cannedMessages[${i}].${part}`,
        sentence: 'a place begins with {{ and does not end: people would read it as it is written; close it with }}',
      })),
  )

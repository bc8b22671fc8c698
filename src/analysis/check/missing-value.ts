import { maybeMissing } from '../../rules/canned.ts'
import type { Check } from '../finding.ts'

/** Places in templates that a ticket may leave empty, with no other words for it. */
export const missingValues: Check = ({ json }) =>
  (json.cannedMessages ?? []).flatMap(({ subject = '', body }, i) =>
    Object.entries({ subject, body }).flatMap(([part, template]) =>
      [...new Set(maybeMissing(template))].map((path) => ({
        code: 'missing_value',
        path: `cannedMessages[${i}].${part}`,
        sentence: `a ticket may have no ${path}, and people would read [${path}]; give other words: {{${path}|…}}`,
      })),
    ),
  )

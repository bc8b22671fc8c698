import type { Condition } from '../../condition/condition.ts'
import { conditionsOf } from '../condition-at.ts'
import { countedFrom } from '../counted-from.ts'
import type { Check, Finding } from '../finding.ts'
import { canHold } from '../satisfiable.ts'

/** Fields that only these events have. */
const fieldsOfEvents: readonly (readonly [prefix: string, types: (type: string) => boolean])[] = [
  ['message.', (type) => type === 'message_added'],
  ['event.tags', (type) => type === 'tags_changed'],
  ['event.step', (type) => type === 'sla_step_reached'],
  ['event.signal', (type) => type === 'signalled'],
  ['event.source', (type) => type === 'priority_changed'],
  ['event.metric', (type) => type.startsWith('sla_') && type !== 'sla_applied'],
]

/** Rules, views and effects whose condition no ticket can meet. Never wrong: what is told was proved. */
export const neverFires: Check = (linted) => {
  const { json, fields } = linted
  const found: Finding[] = []
  const judge = (condition: Condition | undefined, also: readonly Condition[], path: string, what: string) => {
    if (condition !== undefined && !canHold({ all: [condition, ...also] }, fields))
      found.push({
        code: 'never_fires',
        path,
        sentence: `no ticket can ever meet this condition${also.length > 0 ? ' where it is asked' : ''}, so ${what}`,
      })
  }
  for (const [i, { when, on }] of (json.triggers ?? []).entries()) {
    judge(when, [], `triggers[${i}].when`, 'the trigger never fires')
    if (when && canHold(when, fields) && !on.some((type) => canHold(onEvent(when, type), fields)))
      found.push({
        code: 'never_fires',
        path: `triggers[${i}].when`,
        sentence:
          'no ticket can ever meet this condition, so the trigger never fires: `on` lacks the event it asks about',
      })
  }
  for (const [i, { when, since }] of (json.timeRules ?? []).entries()) {
    judge(when, countedFrom(since), `timeRules[${i}].when`, 'the time rule never fires')
  }
  const rest = {
    slaRules: 'the rule gives no ticket its level',
    views: 'the view is empty',
    macros: 'the macro is refused everywhere',
  }
  for (const [key, what] of Object.entries(rest))
    for (const [i, one] of (json[key as keyof typeof rest] ?? []).entries())
      judge((one as { readonly when?: Condition }).when, [], `${key}[${i}].when`, what)
  for (const { condition, path } of conditionsOf(linted))
    if (path.includes('.do[')) judge(condition, [], path, 'the effect is never delivered')
  return found
}

/** The condition where one type of event is at hand. */
function onEvent(when: Condition, type: string): Condition {
  const missing = fieldsOfEvents.filter(([, has]) => !has(type)).map(([prefix]) => prefix)
  return { all: [withoutFields(when, missing), { field: 'event.type', op: 'is', value: type }] }
}

/** The condition where such fields have no value. */
function withoutFields(condition: Condition, prefixes: readonly string[]): Condition {
  if (!('field' in condition)) {
    const [[group, children] = ['all', []]] = Object.entries(condition) as [string, readonly Condition[]][]
    return { [group]: children.map((child) => withoutFields(child, prefixes)) } as unknown as Condition
  }
  return prefixes.some((prefix) => condition.field.startsWith(prefix))
    ? { all: [condition, { field: condition.field, op: 'absent' }] }
    : condition
}

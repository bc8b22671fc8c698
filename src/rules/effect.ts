import * as z from 'zod'
import type { Predicate } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import { bounds } from '../model/bounds.ts'
import type { Effect } from '../model/effect.ts'
import type { Cause } from '../model/event.ts'
import { contentHash, type Json, type JsonObject } from '../model/json.ts'
import { DurationInput, Id, JsonValue, Line, list, Name, record } from '../model/schema.ts'
import type { DurationInput as Duration } from '../time/duration.ts'

/** Who is told: people of the ticket, or somebody by name. */
export type Recipient =
  | 'requester'
  | 'collaborators'
  | 'followers'
  | 'assignee'
  | 'department'
  | { readonly agent: string }
  | { readonly department: string }

interface EffectDetails<When> {
  /** Asked again when the effect is delivered: if it no longer holds, nothing is sent. */
  readonly when?: When | undefined
  /** How long after its cause it falls due, in real time. At once unless said. */
  readonly delay?: Duration | undefined
  /** How long after it fell due it is still worth doing. Always unless said. */
  readonly staleAfter?: Duration | undefined
}

/** Something to be done outside. This library does none of it: the application does, from the store's outbox. */
export type EffectAction<K extends string = string, When = Condition> = EffectDetails<When> &
  (
    | {
        readonly type: 'sendCannedMessage'
        readonly message: K
        /** The requester unless said. */
        readonly to?: readonly Recipient[] | undefined
      }
    | {
        readonly type: 'notify'
        readonly to: readonly Recipient[]
        readonly message?: K | undefined
        readonly text?: string | undefined
      }
    /** `hook` names an address that the application keeps: definitions hold no secrets. */
    | { readonly type: 'webhook'; readonly hook: string; readonly data?: JsonObject | undefined }
    | { readonly type: 'survey'; readonly survey: string; readonly to?: readonly Recipient[] | undefined }
  )

export type EffectKind = EffectAction['type']

const People = list(
  z.union([
    z.enum(['requester', 'collaborators', 'followers', 'assignee', 'department']),
    z.strictObject({ agent: Id }),
    z.strictObject({ department: Name }),
  ]),
  bounds.people,
).min(1)

const details = {
  when: JsonValue.optional(),
  delay: DurationInput.optional(),
  staleAfter: DurationInput.optional(),
}

interface EffectRow {
  readonly schema: z.ZodType
  /**
   * It writes to people: an automatic message does not set it off, or two machines would write to each other for ever.
   */
  readonly sends: boolean
}

/** The effects there are: a row each. */
const effectRows = {
  sendCannedMessage: {
    schema: z.strictObject({ ...details, message: Name, to: People.optional() }),
    sends: true,
  },
  notify: {
    schema: z.strictObject({ ...details, to: People, message: Name.optional(), text: Line.optional() }),
    sends: true,
  },
  webhook: {
    schema: z.strictObject({ ...details, hook: Name, data: record(JsonValue, bounds.fields).optional() }),
    sends: false,
  },
  survey: { schema: z.strictObject({ ...details, survey: Name, to: People.optional() }), sends: true },
} as const satisfies Record<EffectKind, EffectRow>

export const effectKinds = Object.keys(effectRows) as readonly EffectKind[]
export const isEffectKind = (type: string): type is EffectKind => Object.hasOwn(effectRows, type)
export const effectRow = (kind: EffectKind): EffectRow => effectRows[kind]

/** An effect as a rule asks for it. */
export interface EffectPlan {
  readonly kind: EffectKind
  readonly sends: boolean
  readonly condition: Condition | null
  readonly matches: Predicate
  readonly delayMs: number
  readonly staleAfterMs: number | null
  readonly data: JsonObject
  /** The canned message it names. */
  readonly message: string | undefined
}

/** A canned message to the requester, without more. */
export const sendingOf = (message: string): EffectPlan => ({
  kind: 'sendCannedMessage',
  sends: true,
  condition: null,
  matches: () => true,
  delayMs: 0,
  staleAfterMs: null,
  data: { message },
  message,
})

/** What an effect comes from. */
export interface EffectOrigin {
  readonly ticketId: string
  readonly cause: Cause
  readonly at: number
  readonly rule: string
  /** Which of the rule's actions, from 0. */
  readonly action: number
}

/** The effect itself: the same cause, rule and action give the same id, so that it is delivered once. */
export function effectOf(plan: EffectPlan, { ticketId, cause, at, rule, action }: EffectOrigin): Effect {
  const { rule: _rule, ...because } = cause
  const dueAt = at + plan.delayMs
  return {
    id: contentHash([ticketId, because, at, rule, action]),
    ticketId,
    kind: plan.kind,
    data: {
      ...plan.data,
      rule,
      cause: because as JsonObject,
      ...(plan.condition === null ? {} : { when: plan.condition as unknown as Json }),
    },
    dueAt,
    staleAfter: plan.staleAfterMs === null ? null : dueAt + plan.staleAfterMs,
  }
}

/**
 * What makes two effects of facts of time repeats of each other, so that only the last is kept where both come to
 * light at once; null: it stands for itself.
 */
export function repeatKey({ cause, rule, action }: EffectOrigin): string | null {
  if (cause.kind !== 'time') return null
  const repeats = cause.fact === 'time_rule' || (cause.fact as string) === 'step'
  const about = repeats ? cause.key.slice(0, cause.key.lastIndexOf('/')) : cause.key
  return JSON.stringify([rule, action, cause.fact, about])
}

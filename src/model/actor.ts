import * as z from 'zod'
import { Id, Name } from './schema.ts'

export const actorKinds = ['requester', 'collaborator', 'third_party', 'agent', 'bot', 'system'] as const
export type ActorKind = (typeof actorKinds)[number]

/** Who does something. Authorisation is the application's; this says on whose behalf the desk acts. */
export const Actor = z.strictObject({ kind: z.enum(actorKinds), id: Id, name: Name.optional() })
export type Actor = { readonly kind: ActorKind; readonly id: string; readonly name?: string | undefined }

/** Those who work at the desk, people or not; the others write to it. */
export const staffKinds = ['agent', 'bot', 'system'] as const
export const isStaff = ({ kind }: Pick<Actor, 'kind'>): boolean => (staffKinds as readonly string[]).includes(kind)

/** Time itself, as the actor of wakes, breaches and automatic closing. */
export const timeActor = { kind: 'system', id: 'time' } as const satisfies Actor

/** The rules of a desk, as the actor of what triggers and time rules do. */
export const ruleActor = { kind: 'system', id: 'rules' } as const satisfies Actor

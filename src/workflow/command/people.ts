import * as z from 'zod'
import { type Refusal, refuse } from '../../errors.ts'
import { bounds } from '../../model/bounds.ts'
import { sameJson } from '../../model/json.ts'
import { personalOfRequester, Requester } from '../../model/person.ts'
import { RoutingReason } from '../../model/routing-reason.ts'
import { Id, Line, Name } from '../../model/schema.ts'
import type { WorkflowPass } from '../pass.ts'
import { followPlan } from '../priority.ts'
import { inOrder, row } from './row.ts'

export const peopleCommands = {
  assign: row({
    schema: z.strictObject({ agent: Id, routed: RoutingReason.optional() }),
    onClosed: 'refused',
    decide: (pass, { agent, routed }) => setAssignee(pass, agent, routed),
  }),
  unassign: row({
    schema: z.strictObject({ routed: RoutingReason.optional() }),
    onClosed: 'refused',
    decide: (pass, { routed }) => setAssignee(pass, null, routed),
  }),
  /** To another department; whoever had it there has it no more, unless an agent is named. */
  transfer: row({
    schema: z.strictObject({ department: Name, agent: Id.nullable().optional() }),
    onClosed: 'refused',
    decide: (pass, { department, agent }) =>
      department === pass.ticket.department && agent === undefined
        ? undefined
        : inOrder(
            () => setDepartment(pass, department),
            () => setAssignee(pass, agent ?? null),
          ),
  }),
  /** To the next tier, or the one named. A ticket without a tier is in tier 1. */
  escalate: row({
    schema: z.strictObject({ tier: z.int().min(1).max(100).optional(), reason: Line.optional() }),
    onClosed: 'refused',
    decide: (pass, { tier, reason }) => {
      const from = pass.ticket.tier
      const to = tier ?? (from ?? 1) + 1
      if (to > 100) return refuse('too_large', { limit: 100, actual: to, unit: 'levels' }, 'tier')
      if (to !== from) pass.emit('tier_changed', { from, tier: to }, { reason: reason ?? null })
      return undefined
    },
  }),
  setRequester: row({
    schema: z.strictObject({ requester: Requester.nullable() }),
    onClosed: 'refused',
    decide: (pass, { requester }) => {
      if (sameJson(requester, pass.ticket.requester)) return undefined
      const { facts, personal } = splitRequester(requester)
      const calendar = facts?.calendar
      if (calendar !== undefined && !pass.definition.calendarNamed(calendar))
        return unknownCalendar(pass, calendar, 'requester.calendar')
      pass.emit('requester_changed', { requester: facts }, { requester: personal })
      followPlan(pass)
      return undefined
    },
  }),
  addFollower: row({
    schema: z.strictObject({ person: Id }),
    onClosed: 'refused',
    decide: (pass, { person }) => setPeople(pass, 'followers', [person], []),
  }),
  removeFollower: row({
    schema: z.strictObject({ person: Id }),
    onClosed: 'refused',
    decide: (pass, { person }) => setPeople(pass, 'followers', [], [person]),
  }),
  addCollaborator: row({
    schema: z.strictObject({ person: Id }),
    onClosed: 'refused',
    decide: (pass, { person }) => setPeople(pass, 'collaborators', [person], []),
  }),
  removeCollaborator: row({
    schema: z.strictObject({ person: Id }),
    onClosed: 'refused',
    decide: (pass, { person }) => setPeople(pass, 'collaborators', [], [person]),
  }),
}

export function setAssignee(
  { ticket, at, emit }: WorkflowPass,
  to: string | null,
  routed?: RoutingReason | undefined,
): undefined {
  const from = ticket.assignee
  if (to === from) return
  const reassigned = from !== null && to !== null
  emit('assignee_changed', {
    from,
    assignee: to,
    assignedSince: to === null ? null : at,
    firstAssignedAt: ticket.firstAssignedAt ?? (to === null ? null : at),
    reassignments: ticket.counts.reassignments + (reassigned ? 1 : 0),
    ...(routed ? { routed } : {}),
  })
}

export function setDepartment({ ticket, at, emit }: WorkflowPass, to: string | null): undefined {
  const from = ticket.department
  if (to !== from) emit('department_changed', { from, department: to, departmentSince: to === null ? null : at })
}

function setPeople(
  { ticket, emit }: WorkflowPass,
  of: 'followers' | 'collaborators',
  add: readonly string[],
  remove: readonly string[],
): Refusal | undefined {
  const before = ticket[of]
  const people = [...before.filter((id) => !remove.includes(id)), ...add.filter((id) => !before.includes(id))]
  if (people.length > bounds.people)
    return refuse('too_large', { limit: bounds.people, actual: people.length, unit: 'entries' }, 'person')
  if (!sameJson(people, before)) emit('people_changed', { of }, { people })
  return undefined
}

/** A requester in two parts: what stays after erasure, and what is personal. */
export function splitRequester(requester: Requester | null): { facts: Requester | null; personal: Partial<Requester> } {
  const isPersonal = (key: string) => (personalOfRequester as readonly string[]).includes(key)
  const entries = Object.entries(requester ?? {}).filter(([, value]) => value !== undefined)
  return {
    facts: requester && (Object.fromEntries(entries.filter(([key]) => !isPersonal(key))) as Requester),
    personal: Object.fromEntries(entries.filter(([key]) => isPersonal(key))),
  }
}

export const unknownCalendar = (pass: WorkflowPass, name: string, path: string): Refusal =>
  refuse('unknown_name', { what: 'calendar', name, known: pass.definition.calendarIds }, path)

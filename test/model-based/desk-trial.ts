/**
 * The same steps given to a whole desk: several tickets, merges, a clock that lags, facts of time stored by `runDue`.
 */
import fc from 'fast-check'
import { createDesk, isDeskError, memoryStore, rebuild, type Ticket } from 'ticketwright'
import type { Verdict } from './plain/command.ts'
import { PlainTicket } from './plain/ticket.ts'
import type { Setting } from './setting.ts'
import { commandAt, type Draft, instantOf, openings, requestOf, type Step, steps } from './step.ts'
import { differences, Parted } from './trial.ts'

const ids = ['T1', 'T2', 'T3'] as const
type Id = (typeof ids)[number]
const maxSkew = 5 * 60_000

export type DeskStep =
  | { readonly of: Id; readonly step: Step; readonly says: 'when' | 'nothing' }
  | { readonly of: Id; readonly into: Id }
  | { readonly of: Id; readonly open: Draft }

export const deskSteps = (setting: Setting): fc.Arbitrary<DeskStep> => {
  const of = fc.constantFrom(...ids)
  return fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({ of, step: steps(setting), says: fc.constantFrom('when' as const, 'nothing' as const) }),
    },
    { weight: 1, arbitrary: fc.record({ of, into: of }) },
    { weight: 2, arbitrary: fc.record({ of, open: openings(setting) }) },
  )
}

/** Several plain tickets, and which was merged into which. */
class PlainDesk {
  readonly tickets: Record<Id, PlainTicket>
  readonly mergedInto = new Map<Id, Id>()

  constructor(setting: Setting) {
    this.tickets = {
      T1: new PlainTicket(setting.plain),
      T2: new PlainTicket(setting.plain),
      T3: new PlainTicket(setting.plain),
    }
  }

  endOf(id: Id): Id {
    const into = this.mergedInto.get(id)
    return into === undefined ? id : this.endOf(into)
  }

  merge(source: Id, into: Id, at: number): Verdict {
    if (!this.tickets[source].state) return { refused: 'ticket_not_found' }
    // the chain from `into` must not lead back
    for (let id: Id | undefined = into; id; id = this.mergedInto.get(id))
      if (id === source) return { refused: 'merge_cycle' }
    const target = this.endOf(into)
    const [gone, kept] = [this.tickets[source].clone(), this.tickets[target].clone()]
    if (!kept.state) return { refused: 'ticket_not_found' }
    const { waitingSince = null } = gone.state ?? {}
    for (const verdict of [gone.merge(at), kept.receiveMerge(waitingSince, at)])
      if (typeof verdict === 'object') return verdict
    this.tickets[source] = gone
    this.tickets[target] = kept
    this.mergedInto.set(source, target)
    return 'changed'
  }
}

/** Runs a history through a desk on a memory store and through the plain tickets; how many commands it gave. */
export async function runDesk(setting: Setting, start: number, history: readonly DeskStep[]): Promise<number> {
  let now = start
  const clock = { now: () => now }
  const desk = createDesk({ definition: setting.definitions, store: memoryStore({ clock }), clock })
  const plain = new PlainDesk(setting)
  const story = [`# ${setting.name}`]
  const differ = (what: string): never => {
    throw new Parted(what, story)
  }
  let commands = 0
  const give = async (does: () => Promise<{ unchanged: boolean }>, expected: Verdict) => {
    commands += 1
    const found: Verdict = await does().then(
      ({ unchanged }) => (unchanged ? 'unchanged' : 'changed'),
      (error: unknown) => {
        if (isDeskError(error)) return { refused: error.code }
        throw error
      },
    )
    if (JSON.stringify(found) !== JSON.stringify(expected))
      differ(`the desk says ${JSON.stringify(found)}, the model ${JSON.stringify(expected)}`)
  }
  for (const [i, one] of history.entries()) {
    const model = plain.tickets[one.of]
    if ('into' in one) {
      story.push(`${new Date(now).toISOString()} ${JSON.stringify(one)}`)
      await give(
        () => desk.as({ kind: 'agent', id: 'ana' }).merge(one.of, one.into),
        plain.merge(one.of, one.into, now),
      )
    } else if ('step' in one && 'poll' in one.step) {
      now = Math.max(now, instantOf(one.step.when, now, model))
      story.push(`${new Date(now).toISOString()} runDue`)
      await desk.runDue()
      for (const id of ids) plain.tickets[id].advance(now)
    } else {
      const { when, command: draft } =
        'open' in one ? { when: { by: 0 }, command: one.open } : (one.step as Step & { command: Draft })
      const at = instantOf(when, now, model)
      const target = draft.do === 'message' ? plain.endOf(one.of) : one.of
      const lastAt = plain.tickets[target].state?.lastAt ?? at
      const machine = now
      now = at
      // without an instant the desk takes its own clock, and forgives it a small lag
      const silent = 'says' in one && one.says === 'nothing'
      const taken = silent && lastAt - at <= maxSkew ? Math.max(at, lastAt) : at
      const command = commandAt(draft, taken)
      story.push(`${new Date(at).toISOString()} ${one.of} ${silent ? '(no instant) ' : ''}${JSON.stringify(command)}`)
      const { actor, request } = requestOf(command)
      const options = { commandId: `c${i}`, ...(silent ? {} : { at }) }
      await give(
        () => desk.as(actor).perform(one.of, request as never, options),
        plain.tickets[target].perform(command, taken),
      )
      now = Math.max(machine, at)
    }
    for (const id of ids) {
      const shown = plain.tickets[id].clone()
      shown.advance(now)
      const ticket = shown.state ? await desk.get(id) : null
      const found = differences(ticket as Ticket | null, shown, now)
      if (found.length > 0) differ(`${id} at ${new Date(now).toISOString()}:\n  ${found.join('\n  ')}`)
    }
  }
  await desk.runDue()
  for (const id of ids) {
    if (!plain.tickets[id].state) continue
    const [stored, events] = [await desk.get(id), await desk.history(id)]
    if (JSON.stringify(rebuild(events)) !== JSON.stringify(stored)) differ(`${id}: rebuilt and stored ticket differ`)
  }
  return commands
}

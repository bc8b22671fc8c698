import { writeSync } from 'node:fs'
import { createDesk } from '../../src/desk/desk.ts'
import { defineDesk } from '../../src/engine/definition.ts'
import type { Store } from '../../src/store.ts'
import type { Acknowledged } from './judge.ts'

const definition = defineDesk({
  triggers: [{ id: 'tell', on: ['ticket_opened', 'message_added'], do: [{ type: 'webhook', hook: 'crm' }] }],
})

/** Tells the parent before the next command begins. */
const acknowledge = (done: Acknowledged) => writeSync(1, `${JSON.stringify(done)}\n`)

/**
 * Leads tickets through their lives, four at once, until it is killed. What was acknowledged it says on stdout, a line
 * each. `run` is part of every id.
 */
export async function leadLives(store: Store, run: string): Promise<void> {
  const desk = createDesk({ definition, store })
  const mari = desk.as({ kind: 'requester', id: 'mari' })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  const life = async (n: number): Promise<void> => {
    const ticketId = `r${run}-${n}`
    const say = async (step: string, given: Promise<{ ticket: { version: number } }>) =>
      acknowledge({ commandId: `${ticketId}-${step}`, ticketId, version: (await given).ticket.version })
    const id = (step: string) => ({ commandId: `${ticketId}-${step}` })
    const first = { ticketId, subject: `Ticket ${n}`, body: 'hello', externalId: `mail-${ticketId}` }
    await say('open', mari.open(first, id('open')))
    await say('reply', ana.reply(ticketId, { body: 'hi', externalId: `out-${ticketId}` }, id('reply')))
    await say('tag', ana.tag(ticketId, ['seen'], id('tag')))
    await say('resolve', ana.resolve(ticketId, {}, id('resolve')))
  }
  for (let round = 0; round < 100_000; round++)
    await Promise.all(Array.from({ length: 4 }, (_, i) => life(round * 4 + i)))
}

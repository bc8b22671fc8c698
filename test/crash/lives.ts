import { writeSync } from 'node:fs'
import { createDesk } from '../../src/desk/desk.ts'
import { defineDesk } from '../../src/engine/definition.ts'
import { isDeskError } from '../../src/errors.ts'
import type { Store } from '../../src/store.ts'
import type { Acknowledged } from './judge.ts'
import type { Granted } from './ledger.ts'

export const definition = defineDesk({
  triggers: [{ id: 'tell', on: ['ticket_opened', 'message_added'], do: [{ type: 'webhook', hook: 'crm' }] }],
})

/** Lives side by side are not equally far. */
const notThere = (error: unknown) => {
  if (!isDeskError(error, 'ticket_not_found')) throw error
}

/** Tells the parent before the next command begins. */
const acknowledge = (done: Acknowledged | Granted) => writeSync(1, `${JSON.stringify(done)}\n`)

/** What the lives of all runs claim, one after the other. */
const everybodys = 'everybodys'

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
    const first = {
      ...{ ticketId, subject: `Ticket ${n}`, body: 'hello', externalId: `mail-${ticketId}` },
      requester: { id: ticketId, name: 'Mari', email: 'mari@mail' },
    }
    await say('open', mari.open(first, id('open')))
    await say('reply', ana.reply(ticketId, { body: 'hi', externalId: `out-${ticketId}` }, id('reply')))
    await say('tag', ana.tag(ticketId, ['seen'], id('tag')))
    for (const claimed of [ticketId, everybodys]) {
      const lease = await store.claim(desk.tenant, claimed, `ana-${ticketId}`, 1)
      if (lease) acknowledge({ claimed, token: lease.token })
    }
    await say('resolve', ana.resolve(ticketId, {}, id('resolve')))
    // what is not told of: it is whole or not there, as the rest
    if (n % 4 === 1) await ana.merge(ticketId, `r${run}-${n - 1}`, id('merge')).catch(notThere)
    if (n % 4 === 2) await desk.deliver(() => {}, { limit: 3 })
    if (n % 8 === 3) await desk.erase(ticketId)
  }
  for (let round = 0; round < 100_000; round++)
    await Promise.all(Array.from({ length: 4 }, (_, i) => life(round * 4 + i)))
}

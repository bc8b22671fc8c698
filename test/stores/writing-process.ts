/**
 * `node writing-process.ts FILE NAME ROUNDS`: one of several that write to a file at once. Says what it did as JSON.
 */
import { createDesk } from '../../src/desk/desk.ts'
import { defineDesk } from '../../src/engine/definition.ts'
import { isDeskError } from '../../src/errors.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'

const [path = '', name = '', rounds = '0'] = process.argv.slice(2)
const definition = defineDesk({
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1m' }] }],
  slaRules: [{ level: 'l' }],
  triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
})
const store = sqliteStore(path, { patienceMs: 60_000 })
const desk = createDesk({ definition, store })
const agent = desk.as({ kind: 'agent', id: name })
const mari = desk.as({ kind: 'requester', id: 'mari' })

const refused: string[] = []
/** Somebody else may be quicker with the shared ticket more often than the desk looks again: then once more. */
async function insisting<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  for (let attempt = 0; attempt < 200; attempt++)
    try {
      return await work()
    } catch (error) {
      if (isDeskError(error, 'version_conflict')) continue
      refused.push(String(error))
      return undefined
    }
  refused.push('the shared ticket was never free')
  return undefined
}

const references: string[] = []
const claims: string[] = []
const delivered: string[] = []
let tags = 0
let events = 0
// the same command of the same agent, sent by all
const ana = desk.as({ kind: 'agent', id: 'ana' })
await insisting(() => ana.reply('shared', { body: 'the same for all' }, { commandId: 'same' }))
for (let round = 0; round < Number(rounds); round++) {
  await insisting(() => agent.tag('shared', [`${name}-${round}`]))
  tags += 1
  const opened = await insisting(() => mari.open({ subject: `Ticket ${round} of ${name}` }))
  if (opened) references.push(opened.ticket.reference)
  for (let i = 0; i < 40; i++)
    if (i % Number(rounds) === round && (await store.claim('default', `due-${i}`, name, 600_000)))
      claims.push(`due-${i}`)
  events += (await desk.runDue({ limit: 10 })).events
  await desk.deliver(({ effect }) => void delivered.push(effect.id), { limit: 5 })
}
await store.close()
console.log(JSON.stringify({ tags, references, claims, delivered, events, refused }))

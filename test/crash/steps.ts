import { createDesk, type Desk } from '../../src/desk/desk.ts'
import type { Outcome } from '../../src/desk/options.ts'
import { defineDesk } from '../../src/engine/definition.ts'
import type { Names } from '../../src/model/names.ts'
import type { LeaseKey, Store } from '../../src/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const always = { calendar: 'alwaysOpen' } as const
/** What the steps are taken by. */
export const definition = defineDesk({
  levels: [{ id: 'promise', ...always, targets: [{ metric: 'firstResponse', within: '1h' }] }],
  slaRules: [{ level: 'promise' }],
  triggers: [
    { id: 'tell', on: ['ticket_opened', 'message_added', 'sla_breached'], do: [{ type: 'webhook', hook: 'crm' }] },
  ],
  views: [{ id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'fifo' }],
})

/** Where the steps happen. Time stands still but for what they pass. */
export interface Scene {
  readonly desk: Desk
  readonly clock: ReturnType<typeof manualClock>
  readonly store: Store
  /** What an earlier step claimed. */
  lease?: LeaseKey | undefined
}

/** Whoever has the store's clock. */
export function sceneOf(openStore: (clock: Scene['clock']) => Store): Scene {
  const clock = manualClock('2026-11-23T08:00:00Z')
  const store = openStore(clock)
  let ids = 0
  const desk = createDesk<Names>({ definition, store, clock, ids: () => `id-${++ids}` })
  return { desk, clock, store }
}

/** One step of a life. */
export interface Step {
  readonly name: string
  /** What comes of it: a command is known by its id, `name` and the ticket. */
  run(scene: Scene): Promise<unknown>
  /** What is true of the tables from then on, in SQL: looked at once the step was acknowledged. */
  readonly left: string
  /** The step with which that ends. */
  readonly until?: string
}

const ana = ({ desk }: Scene) => desk.as({ kind: 'agent', id: 'ana' })
const mari = ({ desk }: Scene) => desk.as({ kind: 'requester', id: 'mari' })
const by = (commandId: string) => ({ commandId })

const open = (ticketId: string): Step => ({
  name: `open ${ticketId}`,
  run: (scene) =>
    mari(scene).open(
      {
        ...{ ticketId, subject: `Ticket ${ticketId}`, body: 'hello', externalId: `mail-${ticketId}` },
        requester: { id: 'mari', name: 'Mari', email: 'mari@mail' },
        tags: ['fresh'],
      },
      by(`open-${ticketId}`),
    ),
  left: `EXISTS (SELECT 1 FROM ticketwright_tickets WHERE id = '${ticketId}')`,
})

const receipt = (commandId: string) => `EXISTS (SELECT 1 FROM ticketwright_receipts WHERE command_id = '${commandId}')`
const event = (ticketId: string, type: string) =>
  `EXISTS (SELECT 1 FROM ticketwright_events WHERE ticket_id = '${ticketId}' AND event LIKE '%"type":"${type}"%')`
const effects = (settled: number, least: number) =>
  `(SELECT count(*) FROM ticketwright_effects WHERE settled = ${settled}) >= ${least}`

const command = (name: string, run: (scene: Scene, options: { commandId: string }) => Promise<Outcome>): Step => ({
  name,
  run: (scene) => run(scene, by(name)),
  left: receipt(name),
})

/** Tickets of elsewhere, as lines: made once in memory, the same every time. */
async function lines(replies: number): Promise<string> {
  const { desk, ...scene } = sceneOf((clock) => memoryStore({ clock }))
  const elsewhere = createDesk({ definition: defineDesk({}), ...scene, ids: () => 'never' })
  const agent = elsewhere.as({ kind: 'agent', id: 'ana' })
  await agent.open(
    { ticketId: 'brought', subject: 'From elsewhere', body: 'b', externalId: 'mail-brought', reference: 'X-1' },
    by('brought-0'),
  )
  for (let n = 1; n <= replies; n++) await agent.reply('brought', { body: `${n}` }, by(`brought-${n}`))
  let text = ''
  for await (const line of elsewhere.exportLines()) text += line
  return text
}

const brought = (name: string, replies: number): Step => ({
  name,
  run: async (scene) => {
    const { failed } = await scene.desk.importLines(await lines(replies))
    if (failed.length > 0) throw new Error(JSON.stringify(failed))
  },
  left: `(SELECT count(*) FROM ticketwright_events WHERE ticket_id = 'brought' AND event LIKE '%"message_added"%') >= ${replies}`,
})

/** The tickets that came by import: their commands were given elsewhere. */
export const imported: ReadonlySet<string> = new Set(['brought'])

const lease = (is: string) => `EXISTS (SELECT 1 FROM ticketwright_leases WHERE ticket_id = 'a' AND ${is})`

/** All that a desk writes, one after the other. */
export const steps: readonly Step[] = [
  open('a'),
  open('b'),
  command('reply', (scene, options) => ana(scene).reply('a', { body: 'hi', externalId: 'out-a' }, options)),
  command('tag', (scene, options) => ana(scene).tag('a', ['seen'], options)),
  command('fields', (scene, options) => ana(scene).setFields('a', { fields: { plant: 7 } }, options)),
  {
    name: 'claim',
    run: async (scene) => {
      scene.lease = (await ana(scene).claim('a')) ?? undefined
    },
    left: lease('token >= 1'),
  },
  {
    name: 'renew',
    run: async (scene) => ana(scene).renew(scene.lease as LeaseKey, '2h'),
    left: lease('until >= 1000'),
  },
  {
    name: 'hand over',
    run: async (scene) => ana(scene).handOver(scene.lease as LeaseKey, 'ben'),
    left: lease('token >= 2'),
  },
  {
    name: 'announce',
    run: (scene) => ana(scene).announce('b', 'writing'),
    left: `EXISTS (SELECT 1 FROM ticketwright_presence WHERE ticket_id = 'b')`,
    until: 'forget',
  },
  {
    name: 'next',
    run: (scene) => ana(scene).next('todo'),
    left: `EXISTS (SELECT 1 FROM ticketwright_leases WHERE ticket_id = 'b' AND holder = 'ana')`,
  },
  {
    name: 'release',
    run: async (scene) => {
      for (const held of await scene.store.leases('default', 'ana')) await ana(scene).release(held)
    },
    left: `EXISTS (SELECT 1 FROM ticketwright_leases WHERE ticket_id = 'b' AND until = 0)`,
  },
  {
    name: 'deliver',
    run: ({ desk }) => desk.deliver(() => {}, { limit: 2 }),
    left: effects(1, 2),
  },
  {
    name: 'deliver in vain',
    run: ({ desk }) =>
      desk.deliver(
        () => {
          throw new Error('gone away')
        },
        { limit: 2, maxAttempts: 1 },
      ),
    left: `(SELECT count(*) FROM ticketwright_effects WHERE attempts > 0 OR settled > 0) >= 3`,
    until: 'revive and discard',
  },
  {
    name: 'revive and discard',
    run: async ({ desk }) => {
      const [letter] = await desk.deadLetters()
      await desk.revive(letter?.id ?? '')
      await desk.discard(letter?.id ?? '')
    },
    left: effects(1, 3),
  },
  {
    name: 'facts of time',
    run: async ({ desk, clock }) => {
      clock.pass('2h')
      await desk.runDue()
    },
    left: event('b', 'sla_breached'),
  },
  command('postpone', (scene, options) => ana(scene).postpone('a', { until: '2026-11-24T08:00:00Z' }, options)),
  {
    name: 'wake',
    run: async ({ desk, clock }) => {
      clock.pass('24h')
      await desk.runDue()
    },
    left: `EXISTS (SELECT 1 FROM ticketwright_events WHERE event LIKE '%"because":"wake"%')`,
  },
  command('update', (scene, options) =>
    ana(scene).update(
      'a',
      { priority: 'Urgent', tags: { add: ['late'], remove: ['fresh'] }, message: { body: 'once more' } },
      options,
    ),
  ),
  brought('import', 1),
  brought('import of what came since', 3),
  command('merge', (scene, options) => ana(scene).merge('b', 'a', options)),
  command('resolve', (scene, options) => ana(scene).resolve('a', {}, options)),
  {
    name: 'closing',
    run: async ({ desk, clock }) => {
      clock.pass('121h')
      await desk.runDue()
    },
    left: `EXISTS (SELECT 1 FROM ticketwright_tickets WHERE id = 'a' AND kind = 'closed')`,
  },
  {
    name: 'erase',
    run: ({ desk }) => desk.erase('mari'),
    left: `NOT EXISTS (SELECT 1 FROM ticketwright_events WHERE ticket_id <> 'c' AND event LIKE '%mari@mail%')
      AND NOT EXISTS (SELECT 1 FROM ticketwright_tickets WHERE id <> 'c' AND ticket LIKE '%mari@mail%')`,
  },
  {
    name: 'forget',
    run: ({ desk }) => desk.forgetReceipts(),
    left: 'NOT EXISTS (SELECT 1 FROM ticketwright_presence)',
  },
  open('c'),
]

/**
 * `node scripts/golden.ts`: the logs of two tickets with every type of event there is, and the tickets they give, as
 * this release writes them. Printed; `scripts/golden` keeps them in test/data/golden/, where every later release must
 * replay them. Made once for a release: what has been released is never made anew.
 */
import { createDesk, defineDesk, memoryStore } from '../src/index.ts'

const minute = 60_000
let now = Date.parse('2026-03-02T08:00:00Z')
let ids = 0
const clock = { now: () => now }
const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: {
        mon: [['09:00', '17:00']],
        tue: [['09:00', '17:00']],
        wed: [['09:00', '17:00']],
        thu: [['09:00', '17:00']],
        fri: [['09:00', '17:00']],
      },
      holidays: ['12-25'],
    },
  ],
  tags: [{ name: 'VIP', color: '#b91c1c', visibility: 'public' }],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstResponse', within: { Urgent: '1h', default: '4h' } },
        { metric: 'nextResponse', within: '4h' },
        { metric: 'resolution', within: { Urgent: '4h', default: '16h' } },
        { metric: 'firstAssignment', within: '30m', steps: [{ id: 'soon', share: 100 }] },
      ],
    },
  ],
  triggers: [
    { id: 'welcome', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] },
    // wakes itself: a loop for the log
    { id: 'echo', on: ['signalled', 'tier_changed'], do: [{ type: 'escalate' }] },
  ],
  timeRules: [
    {
      id: 'remind',
      since: 'resolvedAt',
      after: '1h',
      do: [
        { type: 'tag', tags: ['quiet'] },
        { type: 'setStatus', status: 'New' },
      ],
    },
  ],
  slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['no promise'] }, level: null }, { level: 'standard' }],
})
const desk = createDesk({ definition, store: memoryStore({ clock }), clock, ids: () => `id-${++ids}` })
const mari = desk.as({ kind: 'requester', id: 'mari', name: 'Mari' })
const ana = desk.as({ kind: 'agent', id: 'ana', name: 'Ana' })

/** Every step ten minutes after the one before. */
async function tell(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    await step()
    now += 10 * minute
  }
}

const sentAt = '2026-03-02T07:58:00Z'
await tell(
  () =>
    mari.open({
      ticketId: 'a',
      subject: 'Cannot log in',
      body: 'Since “today” — 工单 😀',
      channel: 'mail',
      externalId: '<1@mail>',
      sentAt,
      tags: ['vip', 'Straße'],
      fields: { contract: { level: 2, seats: [1, 2] } },
      affected: 3,
    }),
  () => mari.open({ ticketId: 'b', subject: 'Login again', body: 'Me too' }),
  () => ana.perform('a', { type: 'advise', priority: { value: 'High', confidence: 0.6, reasons: ['login'] } }),
  () =>
    ana.perform('a', {
      type: 'assign',
      agent: 'ana',
      routed: { decidedBy: 'seniority', reason: 'ana fits the priority by experience' },
    }),
  () => ana.transfer('a', 'Billing', { agent: 'ben' }),
  () => ana.escalate('a', { reason: 'Database' }),
  () =>
    ana.setRequester('a', {
      id: 'mari',
      name: 'Mari',
      email: 'mari@example.org',
      phone: '+372',
      plan: 'gold',
      vip: true,
      calendar: 'office',
    }),
  () =>
    ana.setFields('a', {
      subject: 'Cannot log in at all',
      category: 'account',
      effortMinutes: 30,
      fields: { contract: null, build: '7.1' },
    }),
  () =>
    ana.update('a', {
      priority: 'Urgent',
      tags: { add: ['slow'], remove: ['STRASSE'] },
      message: {
        body: 'We look into it',
        visibility: 'public',
        attachments: [{ id: 'f1', name: 'log.txt', mediaType: 'text/plain', bytes: 12, reference: 's3:log' }],
      },
      status: 'Open',
    }),
  () => mari.message('a', { body: 'Thank you', reopens: false }),
  () => mari.message('a', { body: 'Any news?' }),
  () => ana.note('a', { body: 'Waits for the vendor' }),
  () => ana.postpone('a', { until: '2026-03-03T09:00:00+02:00', reason: 'Vendor' }),
  () => ana.postpone('a', { until: '2026-03-03T10:00:00+02:00' }),
)
now = Date.parse('2026-03-03T12:00:00Z')
await tell(
  () => ana.addFollower('a', 'liis'),
  () => ana.addCollaborator('a', 'colin'),
  () => ana.link('a', 'b'),
  () => ana.unlink('a', 'b'),
  () => ana.tag('a', ['no promise']),
  () => ana.untag('a', ['no promise']),
  () => ana.unsetPriority('a'),
  () => ana.signal('a', 'part ordered'),
  () => ana.merge('b', 'a'),
  () => ana.reply('a', { body: 'It works again', format: 'markdown', language: 'en' }),
  () => ana.resolve('a'),
  () => mari.message('a', { body: 'Not for me' }),
  () => ana.resolve('a'),
  () => mari.rate('a', 4, { comment: 'Quick' }),
)
now += 10 * 24 * 60 * minute
await desk.runDue()
await desk.as({ kind: 'requester', id: 'rein' }).open({
  ticketId: 'c',
  subject: 'Forget me',
  body: 'Please',
  requester: { id: 'rein', name: 'Rein', plan: 'gold' },
})
await desk.erase('rein')

const logOf = async (id: string) => ({ events: await desk.history(id), ticket: await desk.get(id) })
console.log(JSON.stringify({ logs: [await logOf('a'), await logOf('b'), await logOf('c')] }, null, 1))

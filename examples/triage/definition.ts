import { defineDesk } from 'ticketwright'

/** Words in the four languages of this desk; matching is folded, and needs no spaces around them. */
const words = {
  outage: [
    'outage',
    'is down',
    'not responding',
    'katkestus',
    'ei tööta',
    'nedarbojas',
    'pārtraukums',
    '故障',
    '宕机',
    '无法访问',
  ],
  login: ['log in', 'password', 'parool', 'sisse logida', 'parole', 'pieslēgties', '密码', '登录'],
  invoice: ['invoice', 'payment', 'arve', 'makse', 'rēķin', 'maksājum', '发票', '付款'],
  security: ['phishing', 'breach', 'leak', 'õngitsus', 'leke', 'pikšķerēšan', 'noplūd', '钓鱼', '泄露'],
  thanks: ['thank you', 'thanks', 'aitäh', 'tänan', 'paldies', '谢谢'],
  refund: ['refund', 'money back', 'tagasimakse', 'raha tagasi', 'atmaks', '退款'],
} as const

const says = (of: keyof typeof words) =>
  ({
    any: [
      { field: 'subject', op: 'containsAny', value: words[of] },
      { field: 'excerpt', op: 'containsAny', value: words[of] },
    ],
  }) as const
const opened = ['ticket_opened'] as const
const speaks = (id: string, language: string, department: string) =>
  ({
    id,
    on: opened,
    when: {
      all: [
        { field: 'language', op: 'is', value: language },
        { field: 'department', op: 'absent' },
      ],
    },
    do: [{ type: 'transfer', department }],
  }) as const
const kindIs = (value: 'new' | 'open' | 'answered' | 'postponed' | 'resolved') =>
  ({ field: 'kind', op: 'is', value }) as const
const nowhereYet = { field: 'department', op: 'absent' } as const
const unassigned = { field: 'assignee', op: 'absent' } as const

/** A desk of thirty rules. */
export const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '17:00']]])) as {
        mon: [['09:00', '17:00']]
      },
    },
  ],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstResponse', within: { Urgent: '1h', default: '8h' }, pauses: [] },
        { metric: 'resolution', within: '40h' },
      ],
    },
    {
      id: 'gold',
      calendar: 'office',
      targets: [
        { metric: 'firstResponse', within: '30m', pauses: [] },
        { metric: 'resolution', within: '8h' },
      ],
    },
  ],
  slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['gold'] }, level: 'gold' }, { level: 'standard' }],
  cannedMessages: [
    {
      id: 'received',
      subject: '[{{reference}}] {{subject}}',
      body: 'Dear {{requester.name|customer}}, we have your message.',
    },
    {
      id: 'still-there',
      subject: '[{{reference}}] {{subject}}',
      body: 'Dear {{requester.name|customer}}, did that help?',
    },
  ],
  triggers: [
    // what it is about
    {
      id: 'spam',
      on: opened,
      when: { field: 'subject', op: 'glob', value: '*free money*' },
      do: [
        { type: 'tag', tags: ['spam'] },
        { type: 'close', reason: 'spam' },
      ],
      stop: true,
    },
    {
      id: 'security',
      on: opened,
      when: says('security'),
      do: [
        { type: 'tag', tags: ['security'] },
        { type: 'setPriority', priority: 'Urgent', force: true },
        { type: 'transfer', department: 'security' },
      ],
    },
    {
      id: 'outage',
      on: opened,
      when: { all: [says('outage'), nowhereYet] },
      do: [
        { type: 'tag', tags: ['outage'] },
        { type: 'setPriority', priority: 'Urgent' },
        { type: 'transfer', department: 'operations' },
      ],
    },
    {
      id: 'login',
      on: opened,
      when: says('login'),
      do: [
        { type: 'tag', tags: ['login'] },
        { type: 'setFields', effortMinutes: 10 },
      ],
    },
    {
      id: 'invoice',
      on: opened,
      when: { all: [says('invoice'), nowhereYet] },
      do: [
        { type: 'tag', tags: ['billing'] },
        { type: 'transfer', department: 'billing' },
      ],
    },
    {
      id: 'refund',
      on: opened,
      when: { all: [says('refund'), { field: 'requester.revenue', op: 'gte', value: 10_000 }] },
      do: [{ type: 'assign', agent: 'liis' }],
    },
    {
      id: 'many-people',
      on: opened,
      when: { field: 'affected', op: 'gte', value: 50 },
      do: [{ type: 'setPriority', priority: 'Urgent' }],
    },
    // who it is
    {
      id: 'vip',
      on: ['ticket_opened', 'requester_changed'],
      when: { field: 'requester.vip', op: 'is', value: true },
      do: [
        { type: 'tag', tags: ['gold'] },
        { type: 'addFollower', person: 'account-manager' },
      ],
    },
    {
      id: 'first-contact',
      on: opened,
      when: { field: 'requester.previousTickets', op: 'is', value: 0 },
      do: [{ type: 'tag', tags: ['first contact'] }],
    },
    {
      id: 'frequent',
      on: opened,
      when: { field: 'requester.previousTickets', op: 'gte', value: 20 },
      do: [{ type: 'tag', tags: ['frequent'] }],
    },
    // where it goes
    speaks('estonian', 'et', 'support Tallinn'),
    speaks('latvian', 'lv', 'support Riga'),
    speaks('chinese', 'zh', 'support Shanghai'),
    speaks('english', 'en', 'support Dublin'),
    {
      id: 'taken',
      on: ['assignee_changed'],
      when: { all: [{ field: 'assignee', op: 'present' }, kindIs('new')] },
      do: [{ type: 'setStatus', status: 'Open' }],
    },
    {
      id: 'moved',
      on: ['department_changed'],
      when: { field: 'department', op: 'present' },
      do: [{ type: 'notify', to: ['department'], text: 'A ticket came in' }],
    },
    {
      id: 'confirm',
      on: opened,
      when: { field: 'channel', op: 'is', value: 'mail' },
      do: [{ type: 'sendCannedMessage', message: 'received' }],
    },
    // what goes on
    {
      id: 'no-thanks',
      on: ['message_added'],
      when: {
        all: [
          { field: 'message.role', op: 'is', value: 'requester' },
          { field: 'message.opening', op: 'is', value: false },
          { field: 'message.body', op: 'containsAny', value: words.thanks },
        ],
      },
      do: [{ type: 'tag', tags: ['thanked'] }],
    },
    {
      id: 'passed-around',
      on: ['assignee_changed'],
      when: { field: 'reassignments', op: 'gte', value: 3 },
      do: [
        { type: 'tag', tags: ['passed around'] },
        { type: 'notify', to: [{ agent: 'lead' }], text: 'Passed around' },
      ],
    },
    {
      id: 'reopened',
      on: ['status_changed'],
      when: { field: 'reopens', op: 'gte', value: 2 },
      do: [{ type: 'escalate' }],
    },
    {
      id: 'late',
      on: ['sla_breached'],
      when: { field: 'tier', op: 'absent' },
      do: [
        { type: 'escalate' },
        { type: 'notify', to: ['assignee', { agent: 'lead' }], text: 'Late', staleAfter: '24h' },
      ],
    },
    {
      id: 'unhappy',
      on: ['rated'],
      when: { field: 'satisfaction.score', op: 'lte', value: 2 },
      do: [
        { type: 'note', body: 'Ask what went wrong' },
        { type: 'notify', to: [{ agent: 'lead' }] },
      ],
    },
    {
      id: 'survey',
      on: ['status_changed'],
      when: kindIs('resolved'),
      do: [{ type: 'survey', survey: 'csat', delay: '1h', when: kindIs('resolved') }],
    },
  ],
  timeRules: [
    {
      id: 'nobody-took-it',
      since: 'openedAt',
      after: '2h',
      calendar: 'office',
      when: { all: [unassigned, kindIs('new')] },
      do: [{ type: 'notify', to: ['department'], text: 'Nobody took it', staleAfter: '8h' }],
    },
    {
      id: 'soon-late',
      since: { dueAt: 'resolution' },
      after: '-2h',
      calendar: 'office',
      do: [{ type: 'notify', to: ['assignee'], text: 'Two hours left', staleAfter: '2h' }],
    },
    {
      id: 'waits-long',
      since: 'waitingSince',
      after: '24h',
      calendar: 'office',
      do: [{ type: 'tag', tags: ['waits'] }],
    },
    {
      id: 'ask-again',
      since: 'lastAgentReplyAt',
      after: '48h',
      when: kindIs('answered'),
      do: [{ type: 'sendCannedMessage', message: 'still-there' }],
    },
    {
      id: 'silence',
      since: 'lastAgentReplyAt',
      after: '120h',
      when: kindIs('answered'),
      do: [{ type: 'tag', tags: ['silent'] }, { type: 'resolve' }],
    },
    {
      id: 'forgotten',
      since: 'statusSince',
      after: '240h',
      when: kindIs('postponed'),
      do: [{ type: 'wake' }, { type: 'notify', to: ['assignee'], text: 'Postponed for ten days' }],
    },
    { id: 'old', since: 'openedAt', after: '720h', do: [{ type: 'tag', tags: ['old'] }] },
  ],
})

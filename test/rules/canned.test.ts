import { compileDefinition, renderCanned } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, story } from '../story.ts'
import { deskOf } from './desk.ts'

const shows = ['fields.order', 'fields.deep.er']
const render = (body: string, open: object = {}, more: object = {}) => {
  const definition = deskOf({ cannedMessages: [{ id: 'm', body, shows, ...more }] })
  return renderCanned(definition, 'm', story(definition).open('Mon 09:00', open).ticket)
}
const hostile = '<script>alert("x")</script> & \'`='

describe('a canned message', () => {
  it.each<[what: string, body: string, expected: string]>([
    ['words alone', 'Hello', 'Hello'],
    ['a fact', '{{subject}}', 'Cannot log in'],
    ['a fact with space around', '{{  reference }}', 't1'],
    ['an instant', '{{openedAt}}', '2024-01-15 09:00 UTC'],
    ['a missing fact stands out', 'Dear {{requester.email}}!', 'Dear [requester.email]!'],
    ['other words for it', 'Dear {{requester.email|customer}}!', 'Dear customer!'],
    ['no words for it', 'Dear{{requester.email|}}!', 'Dear!'],
    ['a custom field that it shows', '{{fields.order}}', '4711'],
    ['one below another', '{{fields.deep.er}}', 'true'],
    ['braces of another kind', '{ {subject} } {{{subject}}}', '{ {subject} } {Cannot log in}'],
    ['a dollar sign and a bar', '$& {{requester.phone|$1}}'.replace('requester.phone', 'requester.email'), '$& $1'],
  ])('%s', (_what, body, expected) => {
    expect(render(body, { fields: { order: 4711, deep: { er: true } } }).body).toBe(expected)
  })

  it('is filled in one pass: a value that holds a template is printed as it is (hazard 28)', () => {
    const { body } = render('{{subject}} {{fields.order}}', {
      subject: '{{requester.name}}',
      fields: { order: '{{subject}}' },
    })
    expect(body).toBe('{{requester.name}} {{subject}}')
  })

  it('escapes values for HTML, and not its own words', () => {
    expect(render('<b>{{subject}}</b>', { subject: hostile }, { format: 'html' }).body).toBe(
      '<b>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;&#96;&#61;</b>',
    )
  })

  it('a value of text brings no line, no control character and no turn of direction', () => {
    const order = 'a\r\nBcc: x@example.org\u2028b\u202Ec\u0007'
    expect(render('{{fields.order}}.', { fields: { order } }).body).toBe('a Bcc: x@example.org bc .')
    expect(render('x', { fields: { order } }, { subject: 'Re: {{fields.order}}' }).subject).toBe(
      'Re: a Bcc: x@example.org bc ',
    )
  })

  it('tells what was missing', () => {
    const { missing } = render('{{department}} {{assignee|nobody}} {{department}}', {}, { subject: '{{category}}' })
    expect(missing).toEqual(['category', 'department'])
  })

  it('a list or an object is no value', () => {
    expect(render('{{fields.order}}', { fields: { order: [1] } }).body).toBe('[fields.order]')
  })

  it('gives notes and answers of macros their words', () => {
    const definition = deskOf({
      cannedMessages: [{ id: 'm', body: '<p>{{subject}}</p>', format: 'html', language: 'en' }],
      macros: [{ id: 'answer', do: [{ type: 'reply', canned: 'm' }, { type: 'resolve' }] }],
    })
    const life = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'applyMacro', macro: 'answer' })
    expect(life.events[2]).toMatchObject({
      type: 'message_added',
      actor: { id: 'ana' },
      data: { message: { format: 'html', language: 'en', role: 'agent' } },
      personal: { body: '<p>Cannot log in</p>' },
    })
    expect(life.ticket.status).toBe('Resolved')
  })

  it.each([
    'requester.phone',
    'id',
    'excerpt',
    'fields.secret',
    'tags',
    'constructor',
    '__proto__',
    'fields.__proto__',
    'subject.length',
    '',
    '#if x',
    'requester',
  ])('shows nothing of %j: it is not on the list', (path) => {
    const found = compileDefinition({ cannedMessages: [{ id: 'm', body: `{{${path}}}` }] })
    expect('refusals' in found && found.refusals).toContainEqual(
      expect.objectContaining({ code: 'unknown_name', path: 'cannedMessages[0].body' }),
    )
  })

  it.each(['fields.__proto__', 'fields.', 'subject', 'fields.a.constructor', 'field.x'])(
    '%j is no custom field to show',
    (path) => {
      const found = compileDefinition({ cannedMessages: [{ id: 'm', body: 'x', shows: [path] }] })
      expect('refusals' in found && found.refusals).toContainEqual(
        expect.objectContaining({ code: 'invalid_definition', path: 'cannedMessages[0].shows[0]' }),
      )
    },
  )

  it('unknown to the definition is refused', () => {
    const definition = deskOf({ cannedMessages: [{ id: 'm', body: 'x' }] })
    const { ticket } = story(definition).open('Mon 09:00')
    expect(() => renderCanned(definition, 'n', ticket)).toThrow('there is no canned message n')
  })
})

describe('what a canned message makes of a ticket', () => {
  const cannedMessages = [
    { id: 'long', body: '{{fields.big}}'.repeat(100), shows: ['fields.big'] },
    { id: 'blank', body: '{{category|}}\n' },
  ]
  const definition = deskOf({
    cannedMessages,
    macros: cannedMessages.map(({ id }) => ({ id, do: [{ type: 'reply', canned: id }] })),
    triggers: [
      {
        id: 'noted',
        on: ['tags_changed'],
        do: [
          { type: 'note', canned: 'long' },
          { type: 'note', canned: 'blank' },
        ],
      },
    ],
  })
  const opened = () => story(definition).open('Mon 09:00', { fields: { big: 'ö'.repeat(25_000) } })

  it.each([
    ['longer than people may write', 'long', 'too_large'],
    ['that says nothing', 'blank', 'invalid_text'],
  ])('is no answer when it is one %s', (_what, macro, code) => {
    expect(opened().refusal('Mon 10:00', ana, { type: 'applyMacro', macro })).toMatchObject({
      code,
      path: 'do[0].body',
    })
  })

  it('is left out where a trigger asks for it, and the log says why', () => {
    const life = opened().do('Mon 10:00', ana, { type: 'tag', tags: ['x'] })
    expect(life.events.at(-1)).toMatchObject({
      type: 'rule_fired',
      data: {
        refused: [
          { action: 0, code: 'too_large' },
          { action: 1, code: 'invalid_text' },
        ],
      },
    })
  })

  it('is refused by renderCanned as soon as it is too long', () => {
    expect(() => renderCanned(definition, 'long', opened().ticket)).toThrow(
      expect.objectContaining({ code: 'too_large', path: 'body' }),
    )
  })
})

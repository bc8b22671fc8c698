import { advance, createDesk, defineDesk, explainClock, memoryStore, slaState } from 'ticketwright'
import { previewLevel, recompute } from 'ticketwright/analysis'
import { explanationText, slaTimeline } from 'ticketwright/render'
import { generators, levelOf, officeHours } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { ana, mari, story, when } from '../story.ts'

const definition = defineDesk({
  calendar: 'alwaysOpen',
  levels: [levelOf('std', { resolution: '8h' })],
  slaRules: [{ level: 'std' }],
})
const told = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'reply', body: 'x' })
const { events, ticket } = told
const now = when('Mon 12:00')
const explanation = explainClock(definition, events, 'resolution')

const explain = (definitions: unknown, history: unknown, ...more: unknown[]) =>
  explainClock(definitions as never, history as never, 'resolution', undefined, ...(more as []))
const state = (definitions: unknown, given: unknown, ...more: unknown[]) =>
  slaState(definitions as never, given as never, now, ...(more as []))
const preview = (options: unknown) => previewLevel(events, definition, options as never)
const broken = (key: string, value: unknown) => ({ ...explanation, [key]: value }) as never

describe('what is no definition, log, ticket or options is refused with a code and its place', () => {
  it.each<[string, () => unknown, string, string]>([
    ['explainClock: no definition', () => explain(null, events), 'invalid_definition', 'definitions'],
    ['explainClock: its JSON', () => explain(definition.json, events), 'invalid_definition', 'definitions'],
    ['explainClock: no revision', () => explain([], events), 'invalid_definition', 'definitions'],
    ['explainClock: one of them', () => explain([definition, {}], events), 'invalid_definition', 'definitions[1]'],
    ['explainClock: no log', () => explain(definition, null), 'event_malformed', 'history'],
    ['explainClock: a number', () => explain(definition, 5), 'event_malformed', 'history'],
    ['explainClock: an empty log', () => explain(definition, []), 'event_malformed', 'history'],
    [
      'explainClock: an event',
      () => explain(definition, [...events, {}]),
      'event_malformed',
      `history[${events.length}]`,
    ],
    ['explainClock: a gap', () => explain(definition, events.slice(1)), 'event_malformed', 'history[0]'],
    [
      'explainClock: an event of a later release',
      () => explain(definition, [events[0], { ...events[1], v: 99 }]),
      ...(['event_too_new', 'history[1]'] as const),
    ],
    ['explainClock: options', () => explain(definition, events, null), 'invalid_command', 'options'],
    ['explainClock: an option', () => explain(definition, events, { at: now }), 'invalid_command', 'options.at'],
    ['slaState: no definition', () => state({}, ticket), 'invalid_definition', 'definitions'],
    ['slaState: no ticket', () => state(definition, null), 'invalid_command', 'ticket'],
    ['slaState: another thing', () => state(definition, { id: 'x' }), 'invalid_command', 'ticket'],
    ['slaState: options', () => state(definition, ticket, null), 'invalid_command', 'options'],
    ['slaState: a log', () => state(definition, ticket, { history: 5 }), 'event_malformed', 'options.history'],
    ['advance: no definition', () => advance(null as never, ticket, now), 'invalid_definition', 'definitions'],
    ['advance: no ticket', () => advance(definition, null as never, now), 'invalid_command', 'ticket'],
    ['recompute: no definition', () => recompute({} as never, events), 'invalid_definition', 'definitions'],
    ['previewLevel: options', () => preview(null), 'invalid_command', 'options'],
    ['previewLevel: an option', () => preview({ before: definition }), 'invalid_command', 'options.before'],
    ['explanationText: nothing', () => explanationText(null as never), 'invalid_command', 'explanation'],
    ['explanationText: {}', () => explanationText({} as never), 'invalid_command', 'explanation.ticketId'],
    [
      'explanationText: no stretch',
      () => explanationText(broken('stretches', 5)),
      'invalid_command',
      'explanation.stretches',
    ],
    ['explanationText: no clock', () => explanationText(broken('clock', null)), 'invalid_command', 'explanation.clock'],
    [
      'explanationText: no term',
      () => explanationText(broken('terms', [null])),
      'invalid_command',
      'explanation.terms[0]',
    ],
    ['slaTimeline: nothing', () => slaTimeline(null as never), 'invalid_command', 'explanation'],
    ['slaTimeline: no mark', () => slaTimeline(broken('marks', ['x'])), 'invalid_command', 'explanation.marks[0]'],
    ['slaTimeline: an instant', () => slaTimeline(broken('to', 'Monday')), 'invalid_command', 'explanation.to'],
    ['slaTimeline: options', () => slaTimeline(explanation, null as never), 'invalid_command', 'options'],
    [
      'slaTimeline: an option',
      () => slaTimeline(explanation, { height: 5 } as never),
      'invalid_command',
      'options.height',
    ],
    ['generators: no fast-check', () => generators({} as never), 'invalid_command', 'fc'],
    ['generators: nothing', () => generators(null as never), 'invalid_command', 'fc'],
    ['levelOf: no targets', () => levelOf('l', null as never), 'invalid_definition', 'targets'],
    ['officeHours: no days', () => officeHours('o', 'UTC', [], null as never), 'invalid_definition', 'days'],
    [
      'createDesk: no definition',
      () => createDesk({ definition: null as never, store: memoryStore() }),
      ...(['invalid_definition', 'definition'] as const),
    ],
    ['createDesk: nothing', () => createDesk(null as never), 'invalid_command', 'options'],
  ])('%s', (_what, ask, code, path) => {
    expect(ask).toThrow(expect.objectContaining({ name: 'DeskError', code, path }))
  })

  it('decide says it as a value', async () => {
    const { decide, parseCommand, unwrap } = await import('ticketwright')
    const command = unwrap(parseCommand({ type: 'wake' }, { id: 'c', ticketId: 't1', actor: mari }))
    expect(decide({} as never, ticket, command, now)).toMatchObject({
      ...{ ok: false, error: { code: 'invalid_definition', path: 'definitions' } },
    })
  })

  it('what has been read from JSON is as good', () => {
    expect(slaTimeline(JSON.parse(JSON.stringify(explanation)))).toBe(slaTimeline(explanation))
  })
})

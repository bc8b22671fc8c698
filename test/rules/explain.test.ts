/** Which rules were tried, which leaf decided, what each did: of every kind of rule. */
import { describe, expect, it } from 'vitest'
import { frontDesk, refusal } from '../desk/front-desk.ts'
import { ana, story } from '../story.ts'
import { deskOf, priorityIs, tagged, trigger } from './desk.ts'

const kindIs = (value: string) => ({ field: 'kind', op: 'is', value })

describe('a time rule that was tried and not met', () => {
  const definition = deskOf({
    timeRules: [
      { id: 'a', since: 'openedAt', after: '1h', when: tagged('vip'), do: [{ type: 'tag', tags: ['late'] }] },
      { id: 'b', since: 'openedAt', after: '2h', do: [{ type: 'escalate' }] },
      { id: 'c', since: 'openedAt', after: '9h', when: tagged('vip'), do: [{ type: 'escalate' }] },
      { id: 'd', since: 'resolvedAt', after: 0, when: tagged('vip'), do: [{ type: 'escalate' }] },
    ],
  })
  const opened = async () => {
    const front = frontDesk({ definition })
    await front.mari.open({ subject: 'x', ticketId: 't1' })
    front.at('Mon 12:00')
    return front
  }
  const notMet = (rule: string) => ({
    rule,
    kind: 'time_rule',
    outcome: 'not_met',
    decidedBy: [{ path: '', leaf: tagged('vip'), holds: false, found: [] }],
    did: [],
  })

  it('is told at its instant, and again with each cause after which it still did not hold', async () => {
    const { ana } = await opened()
    const { explanation } = await ana.tag('t1', ['other'])
    const told = explanation?.flatMap(({ cause, at, rules }) =>
      rules.map(({ rule, outcome, decidedBy }) => [cause.kind, at, rule, outcome, decidedBy[0]?.found]),
    )
    const nine = Date.UTC(2024, 0, 15, 9)
    const hour = 3_600_000
    expect(told).toEqual([
      ['time', nine + hour, 'a', 'not_met', []],
      ['time', nine + 2 * hour, 'b', 'fired', undefined],
      ['time', nine + 2 * hour, 'a', 'not_met', []],
      ['command', nine + 3 * hour, 'a', 'not_met', ['other']],
    ])
    expect(explanation?.map(({ cause }) => 'key' in cause && cause.key)).toEqual([`a/${nine}`, `b/${nine}`, false])
  })

  it('is not told once it fired, and not of a command that changed nothing', async () => {
    const { ana } = await opened()
    expect((await ana.wake('t1')).explanation?.at(-1)).toMatchObject({ cause: { kind: 'time' } })
    expect((await ana.wake('t1')).explanation).toEqual([])
    const { explanation } = await ana.tag('t1', ['vip'])
    expect(explanation?.flatMap(({ rules }) => rules.map(({ rule, outcome }) => [rule, outcome]))).toEqual([
      ['a', 'fired'],
    ])
    expect((await ana.tag('t1', ['x'])).explanation).toEqual([])
  })

  it('is in what dryRun says, and in what decide says if asked', async () => {
    const { ana: agent } = await opened()
    const tried = await agent.dryRun('t1', { type: 'resolve' })
    expect(tried.explanation.at(-1)).toMatchObject({ cause: { kind: 'command' }, rules: [notMet('a'), notMet('d')] })
    const life = story(definition).open('Mon 09:00')
    expect(life.do('Mon 09:30', ana, { type: 'resolve' }).events).not.toEqual([])
  })
})

describe('SLA rules', () => {
  const definition = deskOf({
    levels: [
      { id: 'gold', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '4h' }] },
      { id: 'standard', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '8h' }] },
    ],
    slaRules: [
      { when: { all: [priorityIs('Urgent'), tagged('vip')] }, level: 'gold' },
      { when: tagged('vip'), level: 'gold', priority: 'High' },
      { when: kindIs('closed'), level: null },
      { level: 'standard' },
    ],
    triggers: [trigger('early', 'ticket_opened', undefined, [{ type: 'tag', tags: ['seen'] }])],
  })

  it('are told in their order after triggers: which matched, and which leaf decided the others', async () => {
    const { mari, ana } = frontDesk({ definition })
    const [opening] = (await mari.open({ subject: 'x', ticketId: 't1' })).explanation ?? []
    expect(opening?.rules.map(({ rule, kind, outcome }) => [rule, kind, outcome])).toEqual([
      ['early', 'trigger', 'fired'],
      ['slaRules[0]', 'sla_rule', 'not_met'],
      ['slaRules[1]', 'sla_rule', 'not_met'],
      ['slaRules[2]', 'sla_rule', 'not_met'],
      ['slaRules[3]', 'sla_rule', 'fired'],
    ])
    expect(opening?.rules[1]?.decidedBy).toEqual([
      { path: 'all[0]', leaf: priorityIs('Urgent'), holds: false, found: 'Low' },
    ])
    expect(opening?.rules[4]).toMatchObject({ decidedBy: [], did: [{ type: 'applySla', result: 'changed' }] })

    const { explanation } = await ana.tag('t1', ['vip'])
    expect(explanation?.flatMap(({ rules }) => rules)).toMatchObject([
      { rule: 'slaRules[0]', outcome: 'not_met', did: [] },
      {
        rule: 'slaRules[1]',
        outcome: 'fired',
        decidedBy: [{ path: '', holds: true, found: ['seen', 'vip'] }],
        did: [
          { type: 'applySla', result: 'changed' },
          { type: 'setPriority', result: 'changed' },
        ],
      },
      { rule: 'slaRules[2]', outcome: 'stopped', did: [] },
      { rule: 'slaRules[3]', outcome: 'stopped', did: [] },
    ])
  })

  it('are not told where no field that they read has changed, and leave alone a level given by hand', async () => {
    const { mari, ana } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    expect((await ana.setFields('t1', { fields: { a: 1 } })).explanation).toEqual([])
    await ana.applySla('t1', 'standard')
    const { explanation } = await ana.tag('t1', ['vip'])
    expect(explanation?.[0]?.rules[1]).toMatchObject({
      did: [
        { type: 'applySla', result: 'unchanged' },
        { type: 'setPriority', result: 'changed' },
      ],
    })
  })

  it('see the ticket without the priority that one of them gave it', async () => {
    const { mari, ana } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1', tags: ['vip'] })
    const { explanation } = await ana.tag('t1', ['more'])
    expect(explanation?.[0]?.rules[0]?.decidedBy).toMatchObject([{ path: 'all[0]', found: 'Low' }])
  })
})

describe('a macro that does not apply', () => {
  const definition = deskOf({
    macros: [{ id: 'spam', when: { all: [kindIs('new'), tagged('junk')] }, do: [{ type: 'close', reason: 'spam' }] }],
    advice: { macro: 0.5 },
  })
  const because = {
    code: 'macro_not_applicable',
    path: 'macro',
    facts: { macro: 'spam', decidedBy: [{ path: 'all[1]', leaf: tagged('junk'), holds: false }] },
  }

  it('names the leaf that decided: refused, tried out and on many tickets alike', async () => {
    const { mari, ana, desk } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    expect(await refusal(ana.applyMacro('t1', 'spam'))).toEqual(because)
    expect(await refusal(ana.dryRun('t1', { type: 'applyMacro', macro: 'spam' }))).toEqual(because)
    const many = await ana.performMany(['t1'], { type: 'applyMacro', macro: 'spam' })
    expect(many.receipts).toMatchObject([{ error: because }])
    await expect(ana.applyMacro('t1', 'spam')).rejects.toThrow(/its condition does not hold at all\[1\] \(field tags\)/)
    expect(await desk.get('t1')).toMatchObject({ version: 1 })
  })

  it('on the word of an advisor stands in what is explained of the advice', () => {
    const life = story(definition).open('Mon 09:00')
    const advise = { type: 'advise', macro: { value: 'spam', confidence: 1 } }
    const decided = life.attempt('Mon 10:00', { kind: 'bot', id: 'ai' }, advise, { explain: true })
    expect(decided).toMatchObject({
      ok: true,
      value: {
        explanation: [
          { rules: [{ rule: 'spam', kind: 'macro', outcome: 'not_met', decidedBy: [{ path: 'all[1]', found: [] }] }] },
        ],
      },
    })
  })
})

describe('after a stop', () => {
  it('each rule stands once as stopped, whatever the clocks do afterwards', async () => {
    const definition = deskOf({
      levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '4h' }] }],
      slaRules: [{ level: 'l' }],
      triggers: [
        trigger('first', 'ticket_opened', undefined, [{ type: 'tag', tags: ['a'] }], { stop: true }),
        trigger('second', ['ticket_opened', 'sla_started'], undefined, [{ type: 'tag', tags: ['b'] }]),
        trigger('third', ['sla_started'], undefined, [{ type: 'tag', tags: ['c'] }]),
      ],
    })
    const { mari } = frontDesk({ definition })
    const { explanation } = await mari.open({ subject: 'x' })
    expect(explanation?.[0]?.rules.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      ['first', 'fired'],
      ['second', 'stopped'],
      ['slaRules[0]', 'fired'],
      ['third', 'stopped'],
    ])
  })
})

describe('triggers that did nothing', () => {
  const note = { type: 'note', body: 'x' }
  const outcomes = async (...triggers: object[]) => {
    const { mari } = frontDesk({ definition: deskOf({ triggers }) })
    const { explanation } = await mari.open({ subject: 'x', body: 'Hello' })
    return (explanation ?? []).flatMap(({ rules }) =>
      rules.map(({ rule, outcome, decidedBy }) => [
        rule,
        outcome,
        ...decidedBy.map(({ path, holds }) => [path, holds]),
      ]),
    )
  }

  it('are told what decided on the event that came nearest', async () => {
    const when = {
      all: [
        { field: 'event.type', op: 'is', value: 'message_added' },
        { field: 'message.body', op: 'contains', value: 'nope' },
      ],
    }
    expect(await outcomes(trigger('t', ['ticket_opened', 'message_added'], when, [note]))).toEqual([
      ['t', 'not_met', ['all[1]', false]],
    ])
  })

  it('are told wherever they stand, though only what another one did woke them', async () => {
    const woken = trigger('woken', 'priority_changed', tagged('no'), [note])
    const acts = trigger('acts', 'ticket_opened', undefined, [{ type: 'setPriority', priority: 'High' }])
    expect(await outcomes(woken, acts)).toEqual([
      ['acts', 'fired'],
      ['woken', 'not_met', ['', false]],
    ])
    expect(await outcomes(acts, woken)).toEqual([
      ['acts', 'fired'],
      ['woken', 'not_met', ['', false]],
    ])
  })

  it('are told once where one of a later round stops the rest', async () => {
    const found = await outcomes(
      trigger('stops', 'tags_changed', undefined, [note], { stop: true }),
      trigger('acts', 'ticket_opened', undefined, [{ type: 'tag', tags: ['q'] }]),
      trigger('not', 'ticket_opened', tagged('no'), [note]),
      trigger('late', 'message_added', { field: 'message.role', op: 'is', value: 'system' }, [note]),
    )
    expect(found).toEqual([
      ['acts', 'fired'],
      ['not', 'not_met', ['', false]],
      ['late', 'not_met', ['', false]],
      ['stops', 'fired'],
    ])
  })
})

import { readFileSync } from 'node:fs'
import {
  type Condition,
  createDesk,
  defineDesk,
  memoryStore,
  namedOrderings,
  standardMetrics,
  standardWorkflow,
  type Ticket,
} from 'ticketwright'
import { workflowDiagram } from 'ticketwright/render'
import { conditionInSql } from 'ticketwright/sqlite'
import { describe, expect, it } from 'vitest'
import { compileCondition } from '../../src/condition/compile.ts'
import { checkCondition } from '../../src/condition/condition.ts'
import { type FieldTable, fieldNamed } from '../../src/condition/field.ts'
import { fields } from '../../src/engine/field.ts'
import { publicTypes } from './project.ts'
import { codesIn, rowsOf } from './table.ts'

const types = publicTypes()
const page = (name: string) => readFileSync(`docs/${name}.md`, 'utf8')
const desk = createDesk({ definition: defineDesk({}), store: memoryStore() })

describe('the reference of errors', () => {
  const rows = rowsOf(page('reference/errors'), 'Code')

  it('has every code once', () => {
    expect(rows.flatMap(([code = '']) => codesIn(code)).sort()).toEqual(types.keys('ErrorFacts'))
  })

  it.each(rows)('%s has its facts, and what to do', (code = '', facts = '', advice = '') => {
    expect(codesIn(facts).sort()).toEqual(types.keys(`ErrorFacts.${codesIn(code)[0]}`))
    expect(advice).not.toBe('')
  })
})

describe('the reference of events', () => {
  const text = page('reference/events')
  const rows = rowsOf(text, 'Type')

  it('has every type once', () => {
    expect(rows.flatMap(([type = '']) => codesIn(type)).sort()).toEqual(types.keys('Events'))
  })

  it.each(rows)('%s has what it carries', (type = '', _when, data = '', personal = '') => {
    const name = codesIn(type)[0]
    expect(codesIn(data).sort()).toEqual(types.keys(`Events.${name}.data`))
    expect(codesIn(personal).sort()).toEqual(types.keys(`Events.${name}.personal`))
  })

  it('has every key of the envelope and of the clock', () => {
    const [envelope = [], clock = []] = [rowsOf(text, 'Key', 0), rowsOf(text, 'Key', 1)].map((table) =>
      table.flatMap(([key = '']) => codesIn(key)).sort(),
    )
    expect(envelope).toEqual(types.keys('TicketEvent'))
    expect(clock).toEqual(types.keys('SlaClock'))
  })
})

describe('the reference of commands', () => {
  const text = page('reference/commands')
  const rows = rowsOf(text, 'Command')
  const messageKeys = codesIn(/^"A message" means (.+)$/m.exec(text)?.[1] ?? '')

  it('has every command once', () => {
    expect(rows.flatMap(([name = '']) => codesIn(name)).sort()).toEqual(types.literals('CommandType'))
  })

  it.each(rows)('%s has what it takes', (name = '', _who, _closed, takes = '') => {
    const keys = new Set([...codesIn(takes), ...(/\ba message\b/.test(takes) ? messageKeys : [])])
    expect([...keys].sort()).toEqual(types.keys(`Commands.${codesIn(name)[0]}`))
  })

  it.each(rows)('%s asks for what is bold', (name = '', _who, _closed, takes = '') => {
    const bold = [...takes.matchAll(/\*\*(.+?)\*\*/g)].flatMap(([, inner = '']) => codesIn(inner))
    expect(bold.sort()).toEqual(types.required(`Commands.${codesIn(name)[0]}`))
  })

  it('says what a closed ticket takes', async () => {
    const agent = { kind: 'agent', id: 'ana' } as const
    const { ticket } = await desk.as(agent).open({ subject: 'Closed', status: 'Closed' })
    const { commands } = await desk.allowed(ticket.id, agent)
    const accepted = rows.filter(([, , closed]) => closed === 'accepted').flatMap(([name = '']) => codesIn(name))
    expect(accepted.sort()).toEqual([...commands].sort())
  })
})

describe('the reference of definitions', () => {
  const text = page('reference/definition')
  const tables = ['DeskDefinition', 'WorkflowDefinition', 'Status', 'Priority', 'Tag', 'LevelDefinition']

  it.each([...tables, 'TargetDefinition', 'ViewDefinition'].map((type, i) => [type, i] as const))(
    '%s has every key',
    (type, i) => {
      const keys = rowsOf(text, 'Key', i).flatMap(([key = '']) => codesIn(key))
      expect(keys.sort()).toEqual(types.keys(type))
    },
  )

  it('has every metric and every ordering', () => {
    const names = (title: string) => rowsOf(text, title).flatMap(([name = '']) => codesIn(name))
    expect(names('Metric')).toEqual(Object.keys(standardMetrics))
    expect(names('Ordering')).toEqual(Object.keys(namedOrderings))
  })
})

describe('the tables of conditions', () => {
  const text = page('reference/conditions')
  const operators = rowsOf(text, 'Operator', 0).map(
    ([name = '', fits = '']) => [codesIn(name)[0] ?? '', fits.split(', ')] as const,
  )
  const documented = rowsOf(text, 'Field').flatMap(([names = '', type = '', fieldClass = '']) =>
    codesIn(names).map((name) => ({ name, type, fieldClass })),
  )

  it('have every operator and every field', () => {
    expect(operators.map(([name]) => name).sort()).toEqual(types.literals('Operator'))
    expect(documented.map(({ name }) => name).sort()).toEqual(Object.keys(fields).sort())
  })

  /** A field of a type that the operator fits, with a reader of its own. */
  const answer = (op: string, value: string, now: unknown, before: unknown) => {
    const type =
      [now, before].some(Array.isArray) || op.startsWith('has')
        ? 'tags'
        : [now, before].some((fact) => typeof fact === 'number') || /^(lt|gt|between)/.test(op)
          ? 'number'
          : 'text'
    const table = {
      x: { type, class: 'stored', read: ({ ticket }) => (ticket as unknown as { x: unknown }).x },
    } satisfies FieldTable as FieldTable
    const condition = { field: 'x', op, ...(value === '–' ? {} : { value: JSON.parse(codesIn(value)[0] ?? '') }) }
    expect(checkCondition(condition, table, { name: 'a test', classes: ['stored', 'event'] })).toEqual([])
    const ticket = (x: unknown) => ({ x }) as unknown as Ticket
    return compileCondition(condition as Condition, table)({ ticket: ticket(now), before: ticket(before) })
      ? 'yes'
      : 'no'
  }
  const fact = (cell: string): unknown => JSON.parse(codesIn(cell)[0] ?? '')
  const [plain, changes] = [rowsOf(text, 'Operator', 1), rowsOf(text, 'Operator', 2)]

  it.each(plain)('%s of %s with %s: %s', (op = '', found = '', value = '', said = '') => {
    expect(answer(codesIn(op)[0] ?? '', value, fact(found), null)).toBe(said)
  })

  it.each(changes)('%s from %s to %s with %s: %s', (op = '', was = '', found = '', value = '', said = '') => {
    expect(answer(codesIn(op)[0] ?? '', value, fact(found), fact(was))).toBe(said)
  })

  it('are followed by the fields that SQLite decides', () => {
    const [, told = ''] = /A store in SQL decides what has a column of its own: (.*?)\. /.exec(text) ?? []
    const decided = Object.keys(fields).filter((field) =>
      conditionInSql({ field, op: 'present' }).leaves.every((leaf) => leaf.decided),
    )
    expect(codesIn(told).sort()).toEqual(decided.sort())
  })

  it('have an example of every operator, and of nothing for each that compares', () => {
    const shown = new Set([...plain, ...changes].flatMap(([op = '']) => codesIn(op)))
    expect([...shown].sort()).toEqual(types.literals('Operator'))
  })

  const parts = { path: 'own', metric: 'resolution', calendar: 'office', zone: 'Europe/Tallinn', instant: 'openedAt' }
  const named = (name: string) => name.replace(/<(\w+)>/, (_, part: keyof typeof parts) => parts[part])

  it.each(documented)('say which operators fit $name, of type $type and class $fieldClass', ({ name, ...row }) => {
    expect(fieldNamed(fields, named(name))).toMatchObject({ type: row.type, class: row.fieldClass })
    const refused = ([op]: readonly [string, unknown]) =>
      checkCondition({ field: named(name), op }, fields, {
        name: 'a test',
        classes: ['stored', 'event', 'clock'],
      }).some(({ path }) => path === 'op')
    const fits = operators.filter(
      ([op, on]) => on.includes(row.type) && (row.fieldClass === 'stored' || !op.startsWith('changed')),
    )
    expect(operators.filter((operator) => !refused(operator)).map(([op]) => op)).toEqual(fits.map(([op]) => op))
  })
})

it('the standard workflow is drawn as it is', () => {
  const drawn = /```mermaid\n([^`]+)```/.exec(page('explanation/how-a-ticket-moves'))?.[1]
  expect(drawn?.trim()).toBe(workflowDiagram(standardWorkflow).trim())
})

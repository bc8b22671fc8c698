import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { createDesk, type Definition, defineDesk } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { csvCell, csvLine } from '../../src/desk/csv.ts'
import { memory, sqliteInMemory } from '../stores/setups.ts'
import { refusal } from './front-desk.ts'

const definition = defineDesk({}) as Definition

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

async function newDesk(make = memory, tenant = 'acme') {
  const { store, clock = manualClock(0), close } = await make()
  let ids = 0
  const desk = createDesk({ definition, store, clock, tenant, ids: () => `${tenant}-${++ids}` })
  const mari = desk.as({ kind: 'requester', id: 'mari' })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  return { desk, store, clock, mari, ana, close }
}
type Front = Awaited<ReturnType<typeof newDesk>>

async function fill({ mari, ana, clock }: Front, count: number) {
  for (let i = 0; i < count; i++) {
    const { ticket } = await mari.open({ subject: `Ticket ${i}`, body: 'hello', externalId: `mail-${i}`, tags: ['ß'] })
    clock.pass('1m')
    if (i % 2) await ana.reply(ticket.id, { body: 'hi' })
    if (i % 3 === 0) await ana.resolve(ticket.id)
  }
}

describe('a cell of CSV (hazard 29)', () => {
  const dangerous = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '\tx',
    '\rx',
    '\nx',
    '  =1',
    ' =1',
    '\u0001=1',
    '\u200b=1',
    '\ufeff-2',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '\u200b ＝1',
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
  ]

  it.each(dangerous)('%j does not begin as a formula', (text) => {
    const cell = csvCell(text)
    expect(cell.startsWith(`"'`)).toBe(true)
    expect(parse(cell)).toEqual([[`'${text}`]])
  })

  it.each(['', 'plain', '1-1', 'a=b', 'a,b', 'say "x"', 'two\nlines', 'a\r\nb', ' kept ', 'ö😀', "'x"])(
    '%j reads back as it was',
    (text) => {
      expect(parse(csvLine([text, 'end']))).toEqual([[text, 'end']])
    },
  )

  it('of a number, a truth or nothing stands as it is', () => {
    expect(csvLine([-1, 2.5, true, null, undefined, ''])).toBe('-1,2.5,true,,,\r\n')
    expect(csvCell([{ a: '=1' }])).toBe('"[{""a"":""=1""}]"')
  })

  it('reads back equal by another parser, whatever stands in it, or with an apostrophe where it might run', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('=', '+', '-', '@', ' ', '\t', '\r', '\n', '"', ',', "'", 'a', '\u200b', '＝', '\u0001'),
      }),
    )
    const runs = (cell: string) => /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(cell) || /^[\t\r\n]/.test(cell)
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const read = parse(csvLine(cells), { relax_column_count: true, skip_empty_lines: false })[0] as string[]
        expect(read).toEqual(cells.map((cell) => (runs(cell) ? `'${cell}` : cell)))
        expect(read.some(runs)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a table of all tickets', () => {
  it('has a row each, with dates people can read', async () => {
    const front = await newDesk(sqliteInMemory)
    await fill(front, 3)
    await front.mari.open({ subject: '=cmd()', tags: ['a', 'b'], fields: { seats: 4, contract: { level: '@x' } } })
    const columns = [
      'reference',
      'subject',
      'kind',
      'openedAt',
      'tags',
      'fields.seats',
      'fields.contract.level',
      'requester.vip',
    ]
    const rows = parse(await textOf(front.desk.exportCsv({ columns })))
    expect(rows).toEqual([
      columns,
      ['T-000001', 'Ticket 0', 'resolved', '2026-11-23T07:00:00.000Z', 'ss', '', '', ''],
      ['T-000002', 'Ticket 1', 'answered', '2026-11-23T07:01:00.000Z', 'ss', '', '', ''],
      ['T-000003', 'Ticket 2', 'new', '2026-11-23T07:02:00.000Z', 'ss', '', '', ''],
      ['T-000004', "'=cmd()", 'new', '2026-11-23T07:03:00.000Z', 'a; b', '4', "'@x", ''],
    ])
    const whole = parse(await textOf(front.desk.exportCsv()), { columns: true }) as object[]
    expect([whole.length, new Set(whole.map((row) => Object.keys(row).length)).size]).toEqual([4, 1])
    await front.close()
  })

  it('names no column that there is not, or that moves with time', async () => {
    const { desk, close } = await newDesk()
    const asked = (...columns: string[]) => refusal(textOf(desk.exportCsv({ columns })))
    expect(await asked('id', 'nonsense')).toMatchObject({ code: 'unknown_name', path: 'columns[1]' })
    expect(await asked('fields.__proto__')).toMatchObject({ code: 'unknown_name', path: 'columns[0]' })
    expect(await asked('sla.resolution.share')).toMatchObject({ code: 'field_not_allowed', path: 'columns[0]' })
    await close()
  })
})

describe.each([
  ['memory', memory, sqliteInMemory],
  ['SQLite', sqliteInMemory, memory],
])('an export from %s', (_where, from, to) => {
  it('is taken by another store and tenant as it was, and once', async () => {
    const [front, other] = [await newDesk(from), await newDesk(to, 'other')]
    await fill(front, 120)
    const text = await textOf(front.desk.exportLines())
    const told: number[] = []
    const first = await other.desk.importLines([text], { onProgress: ({ tickets }) => told.push(tickets) })
    expect(first).toMatchObject({ lines: 121, tickets: 120, unchanged: 0, failed: [], complete: true })
    expect(told).toEqual([49, 99, 120])
    for (let i = 1; i <= 120; i += 7) {
      const reference = `T-${String(i).padStart(6, '0')}`
      const [ours, theirs] = [await front.desk.byReference(reference), await other.desk.byReference(reference)]
      expect(JSON.stringify(theirs)).toBe(JSON.stringify(ours))
      const events = await other.desk.history(ours?.id ?? '')
      expect(events).toEqual((await front.desk.history(ours?.id ?? '')).map((event) => ({ ...event, tenant: 'other' })))
    }
    expect((await other.desk.byExternalId('mail-7'))?.reference).toBe('T-000008')

    const again = await other.desk.importLines([...text].slice(0, 9_000))
    expect(again.tickets).toBe(0)
    expect(await other.desk.importLines([text])).toMatchObject({
      tickets: 0,
      events: 0,
      unchanged: 120,
      complete: true,
    })
    // tickets go on here as there: what is due is planned, and new ones do not collide
    await other.desk.runDue()
    expect((await other.mari.open({ subject: 'new' })).ticket.reference).toMatch(/^T-00012[12]$/)
    await Promise.all([front.close(), other.close()])
  })

  it('goes on after it was stopped, and adds what happened since', async () => {
    const [front, other] = [await newDesk(from), await newDesk(to, 'other')]
    await fill(front, 60)
    const lines = (await textOf(front.desk.exportLines())).split(/(?<=\n)/)
    const control = new AbortController()
    const stopped = await other.desk.importLines(lines, { signal: control.signal, onProgress: () => control.abort() })
    expect(stopped).toMatchObject({ tickets: 49, complete: false })
    const { id } = (await front.desk.byReference('T-000003')) ?? { id: '' }
    await front.ana.tag(id, ['later'])
    const rest = await other.desk.importLines(front.desk.exportLines())
    expect(rest).toMatchObject({ tickets: 12, unchanged: 48, failed: [], complete: true })
    expect((await other.desk.get(id)).tagKeys).toContain('later')
    await Promise.all([front.close(), other.close()])
  })
})

describe('an import', () => {
  it('tells each line that it cannot take, and takes the others', async () => {
    const [front, other] = [await newDesk(), await newDesk(memory, 'other')]
    await fill(front, 4)
    const lines = (await textOf(front.desk.exportLines())).trim().split('\n')
    const edit = (line: string, change: (value: { ticketId: string; events: Record<string, unknown>[] }) => void) => {
      const value = JSON.parse(line)
      change(value)
      return JSON.stringify(value)
    }
    const [header = '', one = '', two = '', three = '', four = ''] = lines
    const odd = [
      header,
      'no json',
      '[]',
      edit(one, (v) => v.events.splice(0, 1)),
      edit(one, (v) => Object.assign(v.events[0] as object, { v: 99 })),
      edit(one, (v) => Object.assign(v.events[0] as object, { ticketId: 'x' })),
      edit(one, (v) => Object.assign(v, { ticketId: 'a b' })),
      edit(one, (v) => Object.assign(v, { events: [] })),
      one.replace('"data":{', '"data":{"__proto__":{},'),
      edit(one, (v) => Object.assign((v.events[0] as { personal: object }).personal, { subject: 'a\0' })),
      JSON.stringify({ ...JSON.parse(header), format: 2 }),
      '',
      two,
      edit(two, (v) => Object.assign((v.events[0] as { personal: object }).personal, { subject: 'other' })),
      edit(three, (v) => Object.assign((v.events[0] as { data: object }).data, { reference: 'T-000002' })),
      edit(four, (v) => {
        for (const event of v.events as { personal?: { externalId?: string } }[])
          if (event.personal?.externalId) event.personal.externalId = 'mail-1'
      }),
    ]
    const { failed, tickets } = await other.desk.importLines(odd.map((line) => `${line}\n`))
    expect(failed.map(({ line, error }) => [line, error.code, error.path])).toEqual([
      [2, 'event_malformed', undefined],
      [3, 'event_malformed', undefined],
      [4, 'event_malformed', undefined],
      [5, 'event_too_new', undefined],
      [6, 'event_malformed', 'events[0]'],
      [7, 'invalid_text', 'ticketId'],
      [8, 'event_malformed', 'events'],
      [9, 'forbidden_key', 'events[0].data.__proto__'],
      [10, 'invalid_text', 'events[0].personal.subject'],
      [11, 'event_too_new', 'format'],
      [14, 'ticket_exists', 'ticketId'],
      [15, 'reference_taken', 'events[0].data.reference'],
      [16, 'ticket_exists', 'externalId'],
    ])
    expect(tickets).toBe(1)
    expect(Object.prototype).not.toHaveProperty('polluted')
    await Promise.all([front.close(), other.close()])
  })
})

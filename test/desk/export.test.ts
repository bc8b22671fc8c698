import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { createDesk, type Definition, defineDesk } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { csvCell, csvLine } from '../../src/desk/csv.ts'
import { type Line, linesOf } from '../../src/desk/line.ts'
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
  // what comes from elsewhere has happened by now
  if (tenant !== 'acme') clock.pass('24h')
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
    '\u2800=1',
    '\u3164=1',
    '\u115f=1',
    '\u034f=1',
    '\ufe0f=1',
    '\u{e0020}=1',
    '﹦1',
    '﹣1',
    '﹫a',
    '⁼1',
    '−1+1',
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
  ]

  it.each(dangerous)('%j does not begin as a formula', (text) => {
    const cell = csvCell(text)
    expect(cell.startsWith(`"'`)).toBe(true)
    expect(parse(cell)).toEqual([[`'${text}`]])
  })

  it.each([
    ['a;=HYPERLINK("http://x")', `a;'=HYPERLINK("http://x")`],
    ["x'; \u2800＝1+1", "x';' \u2800＝1+1"],
    ['a\t@x', "a\t'@x"],
    ['two\n=lines', "two\n'=lines"],
    ['a;"=1"', `a;'"=1"`],
    ['a;;\r\n=1;=2', "a;;\r\n'=1;'=2"],
    ['=1;=2', "'=1;'=2"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['\n=1', "'\n'=1"],
  ])('%j begins no formula for who separates cells otherwise', (text, harmless) => {
    expect(parse(csvCell(text))).toEqual([[harmless]])
  })

  it.each(['a;b', 'a; b = c', '"=1', 'x=1;y-2', 'a=b'])('%j reads back as it was', (text) => {
    expect(parse(csvLine([text, 'end']))).toEqual([[text, 'end']])
  })

  it('of the longest text there is takes milliseconds', () => {
    const before = process.cpuUsage()
    for (const piece of ['\n', ' ', ';', '=', '\n=', '"', ';"\u2800'])
      csvCell(piece.repeat(Math.ceil(256_000 / piece.length)))
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
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

  it('reads back equal by another parser, apostrophes apart, and runs for nobody, whatever separates cells there', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(
          ...['=', '+', '-', '@', ' ', '\t', '\r', '\n', '"', ',', ';', "'", 'a', '\u200b', '＝', '\u0001', '\u2800'],
        ),
      }),
    )
    const formula = (cell: string) => /^[\s\p{Cc}\p{Cf}\u2800]*[=+\-@＝＋－＠]/u.test(cell)
    const runs = (cell: string) => /^["\s\p{Cc}\p{Cf}\u2800]*[=+\-@＝＋－＠]/u.test(cell)
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const line = csvLine(cells)
        const read = parse(line, { relax_column_count: true, skip_empty_lines: false })[0] as string[]
        const bare = (list: string[]) => list.map((cell) => cell.replaceAll("'", ''))
        expect(bare(read)).toEqual(bare(cells))
        expect(read.filter(formula)).toEqual([])
        // as a program reads it that separates by `;` or tabs: quotes in the middle of a cell mean nothing to it
        expect(
          cells.flatMap((cell) =>
            csvCell(`x${cell}`)
              .split(/[;\t\r\n]/)
              .slice(1)
              .filter(runs),
          ),
        ).toEqual([])
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
      edit(one, (v) => {
        const [opened, message] = v.events
        v.events = [opened, message, { ...message, version: 3, id: `${v.ticketId}:3` }] as typeof v.events
      }),
    ]
    const { failed, tickets } = await other.desk.importLines(odd.map((line) => `${line}\n`))
    expect(failed.map(({ line, error }) => [line, error.code, error.path])).toEqual([
      [2, 'event_malformed', undefined],
      [3, 'event_malformed', undefined],
      [4, 'event_malformed', 'events[0].version'],
      [5, 'event_too_new', 'events[0]'],
      [6, 'event_malformed', 'events[0]'],
      [7, 'invalid_text', 'ticketId'],
      [8, 'event_malformed', 'events'],
      [9, 'forbidden_key', 'events[0].data.__proto__'],
      [10, 'invalid_text', 'events[0].personal.subject'],
      [11, 'event_too_new', 'format'],
      [14, 'ticket_exists', 'ticketId'],
      [15, 'reference_taken', 'events[0].data.reference'],
      [16, 'ticket_exists', 'events[1].personal.externalId'],
      [17, 'event_malformed', 'events[2].personal.externalId'],
    ])
    expect(tickets).toBe(1)
    expect(Object.prototype).not.toHaveProperty('polluted')
    await Promise.all([front.close(), other.close()])
  })

  /** A line with a ticket that was opened, answered, resolved and reopened, on a desk with a promise. */
  async function exported() {
    const levels = [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '9h' }] }]
    const promising = defineDesk({ levels, slaRules: [{ level: 'l' }] } as never) as Definition
    const { store, clock = manualClock(0) } = await memory()
    const desk = createDesk({ definition: promising, store, clock })
    const mari = desk.as({ kind: 'requester', id: 'mari', name: 'Mari' })
    await mari.open({
      ticketId: 't1',
      subject: 'Help',
      body: 'please',
      externalId: 'mail',
      tags: ['a'],
      fields: { f: 1 },
    })
    clock.pass('1h')
    await desk.as({ kind: 'agent', id: 'ana' }).reply('t1', { body: 'hi' })
    const [, line = ''] = (await textOf(desk.exportLines())).split('\n')
    return { line, clock }
  }
  type Edited = { ticketId: string; events: { [key: string]: unknown; data: Record<string, unknown> }[] }
  const big = 'x'.repeat(600_000)
  const hostile: Record<
    string,
    [(line: Edited, of: (type: string) => Edited['events'][number]) => void, code: string, path: string]
  > = {
    'no data': [(l) => void delete (l.events[0] as Partial<Edited['events'][0]>).data, 'event_malformed', 'events[0]'],
    'data that says nothing': [
      (l) => Object.assign(l.events[0] as object, { data: {} }),
      'event_malformed',
      'events[0].data.category',
    ],
    'a clock that says nothing': [
      (_, of) => Object.assign(of('sla_started'), { data: {} }),
      'event_malformed',
      'events[3].data.clock',
    ],
    'no reference': [(l) => void delete l.events[0]?.data.reference, 'event_malformed', 'events[0].data.reference'],
    'a reference that is a number': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { reference: 12 }),
      'event_malformed',
      'events[0].data.reference',
    ],
    'a rank that is a text': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { priorityRank: 'high' }),
      'event_malformed',
      'events[0].data.priorityRank',
    ],
    'a kind there is not': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { kind: 'nonsense' }),
      'event_malformed',
      'events[0].data.kind',
    ],
    'an actor who is nobody': [
      (l) => Object.assign(l.events[1] as object, { actor: null }),
      'event_malformed',
      'events[1].actor',
    ],
    'a key there is not': [
      (l) => Object.assign(l.events[1] as object, { extra: 1 }),
      'event_malformed',
      'events[1].extra',
    ],
    'a subject that is a number': [
      (l) => Object.assign(l.events[0]?.personal as object, { subject: 5 }),
      'event_malformed',
      'events[0].personal.subject',
    ],
    'a subject too long': [
      (l) => Object.assign(l.events[0]?.personal as object, { subject: big }),
      'too_large',
      'events[0].personal.subject',
    ],
    'a body too long': [
      (_, of) => Object.assign(of('message_added').personal as object, { body: big }),
      'too_large',
      'events[1].personal.body',
    ],
    'a key that no tag has': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { tagKeys: ['vip'] }),
      'event_malformed',
      'events[0].data.tagKeys',
    ],
    'the key of another tag': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { tags: ['a'], tagKeys: ['vip'] }),
      'event_malformed',
      'events[0].data.tagKeys',
    ],
    'a clock that would be a prototype': [
      (_, of) => Object.assign((of('sla_started').data as { clock: object }).clock, { metric: '__proto__' }),
      'event_malformed',
      'events[3].data.clock.metric',
    ],
    'too many tags': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { tags: Array.from({ length: 99 }, (_, i) => `t${i}`) }),
      'too_large',
      'events[0].data.tags',
    ],
    'a line break in a subject': [
      (l) => Object.assign(l.events[0]?.personal as object, { subject: 'a\nb' }),
      'invalid_text',
      'events[0].personal.subject',
    ],
    'half a surrogate pair': [
      (l) => Object.assign(l.events[0]?.personal as object, { subject: '\ud800' }),
      'invalid_text',
      'events[0].personal.subject',
    ],
    'an instant that is a text': [
      (l) => Object.assign(l.events[0] as object, { at: 'yesterday' }),
      'event_malformed',
      'events[0]',
    ],
    'an instant before the one it follows': [
      (l) => Object.assign(l.events.at(-1) as object, { at: 5 }),
      'event_malformed',
      'events[6].at',
    ],
    'instants of the year 2190': [
      (l) => {
        for (const e of l.events) e.at = (e.at as number) + 5e12
      },
      'clock_ahead',
      'events[0].at',
    ],
    'a fact of the past that lies ahead': [
      (l) => Object.assign(l.events[0]?.data ?? {}, { waitingSince: 6e12 }),
      'event_malformed',
      'events[0].data.waitingSince',
    ],
    'a clock that started later than it says': [
      (_, of) => Object.assign(of('sla_started').data.clock as object, { startedAt: 6e12 }),
      'event_malformed',
      'events[3].data.clock.startedAt',
    ],
    'a gap': [(l) => void l.events.splice(1, 1), 'event_malformed', 'events[1].version'],
    'a revision that jumps': [
      (l) => Object.assign(l.events[1] as object, { revision: 7 }),
      'event_malformed',
      'events[1].revision',
    ],
    'a ticket too large': [
      (l) => Object.assign(l.events[0]?.personal as object, { fields: { f: 'x'.repeat(70_000) } }),
      'too_large',
      'events',
    ],
    'a type like a method': [
      (l) => Object.assign(l.events[1] as object, { type: 'constructor' }),
      'event_too_new',
      'events[1]',
    ],
    'personal facts where nobody looks for them': [
      (l) => Object.assign(l.events[0]?.data.requester as object, { name: 'Mari' }),
      'event_malformed',
      'events[0].data.requester.name',
    ],
    'words beside it': [(l) => Object.assign(l, { note: 'x' }), 'event_malformed', 'note'],
  }

  it.each(Object.entries(hostile))(
    'refuses %s, with its place, and takes the next line',
    async (_what, [edit, code, path]) => {
      const { line, clock } = await exported()
      const odd = JSON.parse(line) as Edited
      edit(odd, (type) => odd.events.find((event) => event.type === type) as Edited['events'][number])
      for (const make of [memory, sqliteInMemory]) {
        const { store, clock: theirs, close } = await make()
        theirs?.pass('2h')
        const desk = createDesk({ definition, store, clock })
        const good = line.replaceAll('"t1', '"t2').replaceAll('"mail"', '"other"')
        const { failed, tickets } = await desk.importLines([JSON.stringify(odd), '\n', good])
        expect(failed.map(({ line, error }) => [line, error.code, error.path])).toEqual([[1, code, path]])
        expect(tickets).toBe(1)
        expect(await desk.get('t2')).toMatchObject({ id: 't2' })
        expect(await refusal(desk.get('t1'))).toMatchObject({ code: 'ticket_not_found' })
        await close()
      }
    },
  )

  it('brings an erasure over, and what came after it; lines of before it change nothing any more', async () => {
    for (const make of [memory, sqliteInMemory]) {
      const [front, copy] = [await newDesk(make), await newDesk(make, 'copy')]
      const { ticket } = await front.mari.open({ subject: 'zqSecret', body: 'zqSecret', externalId: 'zqSecret' })
      const handed = await front.ana.open({ subject: 'kept', body: 'kept' })
      await front.mari.message(handed.ticket.id, { body: 'zqSecret', externalId: 'zqSecret-2' })
      const before = await textOf(front.desk.exportLines())
      expect((await copy.desk.importLines([before])).tickets).toBe(2)
      await front.desk.erase('mari')
      await front.ana.note(ticket.id, { body: 'after' })
      const after = await textOf(front.desk.exportLines())
      expect(await copy.desk.importLines([after])).toMatchObject({ tickets: 2, failed: [], complete: true })
      for (const id of [ticket.id, handed.ticket.id]) {
        expect(JSON.stringify(await copy.desk.get(id))).toBe(JSON.stringify(await front.desk.get(id)))
        expect(JSON.stringify(await copy.desk.history(id))).not.toContain('zqSecret')
      }
      expect(await copy.desk.byExternalId('zqSecret')).toBe(null)
      expect(await copy.desk.importLines([before])).toMatchObject({ tickets: 0, unchanged: 2, failed: [] })
      expect(await textOf(copy.desk.exportLines())).not.toContain('zqSecret')
      // what nobody erased is no erasure
      const robbed = JSON.parse(before.split('\n')[1] ?? '') as Edited
      for (const event of robbed.events) delete event.personal
      const fresh = await newDesk(make, 'fresh')
      await fresh.desk.importLines([before])
      expect((await fresh.desk.importLines([JSON.stringify(robbed)])).failed[0]?.error.code).toBe('ticket_exists')
      await Promise.all([front.close(), copy.close(), fresh.close()])
    }
  })

  it('brings an erasure over when the same mail came again after it, and the mail is found', async () => {
    for (const make of [memory, sqliteInMemory]) {
      const [front, copy] = [await newDesk(make), await newDesk(make, 'copy')]
      const { ticket } = await front.mari.open({ subject: 'zqSecret', body: 'zqSecret', externalId: 'mail-1' })
      await copy.desk.importLines([await textOf(front.desk.exportLines())])
      await front.desk.erase('mari')
      await front.mari.message(ticket.id, { body: 'again', externalId: 'mail-1' })
      const after = await textOf(front.desk.exportLines())
      expect(await copy.desk.importLines([after])).toMatchObject({ tickets: 1, events: 2, failed: [] })
      expect(await textOf(copy.desk.exportLines())).not.toContain('zqSecret')
      expect(await copy.desk.byExternalId('mail-1')).toEqual(await copy.desk.get(ticket.id))
      await Promise.all([front.close(), copy.close()])
    }
  })

  it('may bring merges that lead in a circle; then nobody waits for their end', async () => {
    const [front, other] = [await newDesk(), await newDesk(memory, 'other')]
    for (const ticketId of ['a', 'b', 'c']) await front.mari.open({ ticketId, subject: 's' })
    await front.ana.merge('a', 'b')
    await front.ana.merge('b', 'c')
    const text = (await textOf(front.desk.exportLines())).replace('"into":"c"', '"into":"a"')
    expect(await other.desk.importLines([text])).toMatchObject({ tickets: 3, failed: [] })
    for (const attempt of [
      () => other.mari.message('a', { body: 'x' }),
      () => other.mari.message('b', { body: 'x' }),
      () => other.ana.merge('c', 'a'),
      () => other.ana.dryRun('a', { type: 'message', body: 'x' } as never),
    ])
      expect((await refusal(attempt())).code).toBe('merge_cycle')
    const alone = text.split('\n').find((line) => line.includes('"ticketId":"a"')) ?? ''
    const { failed } = await (await newDesk(memory, 'third')).desk.importLines([
      alone.replace('"into":"b"', '"into":"a"'),
    ])
    expect(failed[0]?.error).toMatchObject({ code: 'merge_cycle', path: 'events' })
  })

  it('by two at once takes each ticket once', async () => {
    const [front, other] = [await newDesk(), await newDesk(sqliteInMemory, 'other')]
    await fill(front, 20)
    const text = await textOf(front.desk.exportLines())
    const desks = [other.desk, createDesk({ definition, store: other.store, tenant: 'other', clock: other.clock })]
    const [a, b] = await Promise.all(desks.map((desk) => desk.importLines([text])))
    expect([a?.failed, b?.failed]).toEqual([[], []])
    expect((a?.tickets ?? 0) + (b?.tickets ?? 0)).toBe(20)
    await Promise.all([front.close(), other.close()])
  })

  it('reads a line in pieces of any size in a time that grows with it, and no line longer than may be', async () => {
    const line = JSON.stringify({ ticketId: 'big', events: [{ x: 'y'.repeat(8_000_000) }] })
    const pieces = Array.from({ length: Math.ceil(line.length / 1_000) }, (_, i) =>
      line.slice(i * 1_000, (i + 1) * 1_000),
    )
    const { desk } = await newDesk()
    const before = process.cpuUsage()
    expect((await desk.importLines(pieces)).failed[0]?.error.code).toBe('event_malformed')
    const { user } = process.cpuUsage(before)
    // each piece used to copy all that came before it: half an hour
    expect(user / 1_000).toBeLessThan(5_000)

    const lines: Line[] = []
    const text = ['12', '3\n', '', '1234', '5678\n\nab', 'c', '\n1', '234\nlast']
    for await (const one of linesOf(text, 3)) lines.push(one)
    expect(lines).toEqual(['123', { characters: 8 }, '', 'abc', { characters: 4 }, { characters: 4 }])
  })

  it('tells a line that is too long, and takes the others', async () => {
    const { line, clock } = await exported()
    const { store, clock: theirs } = await memory()
    theirs?.pass('2h')
    const desk = createDesk({ definition, store, clock })
    function* text() {
      const piece = ' '.repeat(1_000_000)
      for (let i = 0; i < 257; i++) yield piece
      yield `\n${line}`
    }
    expect(await desk.importLines(text())).toMatchObject({
      tickets: 1,
      failed: [{ line: 1, error: { code: 'too_large', facts: { limit: 256_000_000, actual: 257_000_000 } } }],
    })
  })

  it('takes a text as one piece, with a mark of byte order and the line breaks of Windows', async () => {
    const front = await newDesk()
    await fill(front, 3)
    const text = `\ufeff${(await textOf(front.desk.exportLines())).replaceAll('\n', '\r\n')}`
    const { desk } = await newDesk(memory, 'other')
    expect(await desk.importLines(text)).toMatchObject({ lines: 4, tickets: 3, failed: [] })
  })

  it('refuses what is no text, and options there are not', async () => {
    const { desk } = await newDesk()
    const asked = async (...given: unknown[]) => {
      const { code, path } = await refusal((desk.importLines as (...given: unknown[]) => Promise<unknown>)(...given))
      return [code, path]
    }
    for (const text of [null, undefined, 5, {}, [5], [Buffer.from('x')]])
      expect(await asked(text)).toEqual(['invalid_command', 'text'])
    expect(await asked([], null)).toEqual(['invalid_command', 'options'])
    expect(await asked([], { signl: 1 })).toEqual(['invalid_command', 'options.signl'])
    expect(await asked([], { signal: 5 })).toEqual(['invalid_command', 'options.signal'])
    expect(await asked([], { onProgress: 5 })).toEqual(['invalid_command', 'options.onProgress'])
  })

  it('leaves the numbers of its tickets behind: the next one opened has the next', async () => {
    for (const make of [memory, sqliteInMemory]) {
      const [front, other] = [await newDesk(), await newDesk(make, 'other')]
      await fill(front, 60)
      await other.desk.importLines(front.desk.exportLines())
      expect((await other.mari.open({ subject: 'new' })).ticket.reference).toBe('T-000061')
      await Promise.all([front.close(), other.close()])
    }
  })
})

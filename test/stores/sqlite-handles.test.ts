import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { createDesk, defineDesk, isDeskError } from 'ticketwright'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'ticketwright-handles-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = () => join(folder, `${files++}.db`)
const definition = defineDesk({ views: [{ id: 'all', order: 'fifo' }] })
const anaOn = (store: ReturnType<typeof sqliteStore>) =>
  createDesk({ definition, store }).as({ kind: 'agent', id: 'ana' })

const said = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    return isDeskError(error) ? `${error.code} ${error.path ?? ''}: ${error.message}` : String(error)
  }
}

/** A process that holds a file's write lock until it is ended. */
async function holdingLock(path: string) {
  const program = `const h = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)})
    h.exec('BEGIN IMMEDIATE'); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise((held) => child.stdout.once('data', held))
  return () => new Promise((ended) => child.once('close', ended) && child.kill('SIGKILL'))
}

async function filled(): Promise<string> {
  const path = newPath()
  const store = sqliteStore(path)
  await anaOn(store).open({ ticketId: 't', subject: 's' })
  await store.close()
  return path
}

const drivers = [
  [
    'node:sqlite',
    (path: string, readOnly = false): SqliteHandle => new DatabaseSync(path, { readOnly, timeout: 5_000 }),
  ],
  [
    'better-sqlite3',
    (path: string, readonly = false): SqliteHandle => new BetterSqlite(path, { readonly, timeout: 5_000 }),
  ],
] as const

describe.each(drivers)('a handle of %s', (name, open) => {
  const timeoutOf = (handle: SqliteHandle) => Object.values(handle.prepare('PRAGMA busy_timeout').get() as object)[0]

  it('that only reads is store_failed when a store is made of it (hazard 42)', async () => {
    const path = await filled()
    const handle = open(path, true)
    expect(await said(() => sqliteStore(handle))).toMatch(/^store_failed .*read-?only/i)
    expect(timeoutOf(handle)).toBe(5_000)
    handle.close()
  })

  it('with a transaction of the application open is store_busy, and as it was (hazard 49)', async () => {
    for (const path of [newPath(), await filled()]) {
      const handle = open(path)
      handle.exec('CREATE TABLE mine (x); BEGIN; INSERT INTO mine VALUES (1)')
      expect(await said(() => sqliteStore(handle))).toMatch(/^store_busy/)
      handle.exec('COMMIT')
      expect([timeoutOf(handle), handle.prepare('SELECT x FROM mine').all()]).toEqual([5_000, [{ x: 1 }]])
      await anaOn(sqliteStore(handle)).open({ subject: 's' })
      expect(timeoutOf(handle)).toBe(5_000)
      handle.close()
    }
  })

  it('waits as long as it is told for another process, and never stands still for long', async () => {
    const path = await filled()
    const handle = open(path)
    handle.exec('PRAGMA busy_timeout = 0')
    const store = sqliteStore(handle, { patienceMs: 1_500 })
    handle.exec('PRAGMA busy_timeout = 8000') // as late as its owner likes
    const release = await holdingLock(path)
    let [longest, last] = [0, performance.now()]
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const began = performance.now()
    const first = said(() => store.nextNumber('a')).then((code) => [code, performance.now() - began] as const)
    await new Promise((later) => setTimeout(later, 700))
    const [late, from] = [said(() => store.nextNumber('a')), performance.now()]
    const [code, took] = await first
    expect([code, await late]).toEqual([expect.stringMatching(/^store_busy/), expect.stringMatching(/^store_busy/)])
    expect(took).toBeGreaterThan(1_400)
    expect(took).toBeLessThan(4_500)
    // who asks later waits no less for it
    expect(performance.now() - from).toBeGreaterThan(1_400)
    expect(longest).toBeLessThan(2_500)
    clearInterval(watch)
    await release()
    expect([await store.nextNumber('a'), timeoutOf(handle)]).toEqual([1, 8_000])
    handle.close()
  })

  it('leaves what the application has attached to it as it was', async () => {
    const [own, attached] = [newPath(), newPath()]
    const legacy = open(attached)
    legacy.exec('CREATE TABLE mine (x)')
    legacy.close()
    const handle = open(own)
    handle.exec(`ATTACH '${attached}' AS legacy`)
    const names = ['journal_mode', 'synchronous', 'secure_delete']
    const modes = (of: string) =>
      names.map((pragma) => Object.values(handle.prepare(`PRAGMA ${of}.${pragma}`).get() as object)[0])
    const before = modes('legacy')
    await anaOn(sqliteStore(handle)).open({ ticketId: 't', subject: 's' })
    expect([modes('legacy'), modes('main')]).toEqual([before, ['wal', 2, 1]])
    expect(before).not.toEqual(['wal', 2, 1])
    handle.close()
  })

  it('in the midst of a query of the application is waited for', async () => {
    const handle = open(newPath())
    const store = sqliteStore(handle, { patienceMs: 2_000 })
    handle.exec('CREATE TABLE mine (x); INSERT INTO mine VALUES (1), (2)')
    const query = handle.prepare('SELECT * FROM mine') as unknown as { iterate(): IterableIterator<unknown> }
    const rows = query.iterate()
    rows.next()
    const asked = store.nextNumber('a')
    await new Promise((later) => setTimeout(later, 30))
    rows.return?.()
    expect(await asked).toBe(1)
    handle.close()
  })

  it('whose COMMIT finds the disk full is store_failed, since SQLite undoes the transaction itself (hazard 42)', async () => {
    const handle = open(':memory:')
    let full = false
    const store = sqliteStore({
      close: () => handle.close(),
      prepare: (sql) => handle.prepare(sql),
      exec: (sql) => {
        if (!full || sql !== 'COMMIT') return handle.exec(sql)
        handle.exec('ROLLBACK')
        throw name === 'node:sqlite'
          ? Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
          : Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      },
    })
    const ana = anaOn(store)
    await ana.open({ ticketId: 't', subject: 's' })
    full = true
    expect(await said(() => ana.note('t', { body: 'x' }))).toMatch(/^store_failed .*full/)
    full = false
    expect((await ana.note('t', { body: 'x' })).ticket.counts.messages).toBe(1)
    handle.close()
  })

  it('whose rows were damaged by somebody else is typed, whoever asks: ticket_damaged, a receipt store_failed', async () => {
    const handle = open(newPath())
    const store = sqliteStore(handle)
    const desk = createDesk({ definition, store })
    await desk.as({ kind: 'agent', id: 'ana' }).open({ ticketId: 't', subject: 's' }, { commandId: 'c' })
    handle.exec(
      `UPDATE ticketwright_tickets SET ticket = '{'; UPDATE ticketwright_events SET event = '{"a'; UPDATE ticketwright_receipts SET receipt = ''`,
    )
    const asks = [() => desk.get('t'), () => desk.view('all'), () => desk.history('t'), () => desk.changes(0)]
    for (const ask of asks) expect(await said(ask)).toMatch(/^ticket_damaged .*damaged/)
    handle.exec(`DELETE FROM ticketwright_tickets`)
    expect(await said(() => store.load('default', 't', 'c'))).toMatch(/^store_failed .*damaged/)
    handle.close()
  })
})

it('one that throws undoes the shared transaction, and then each runs alone: no neighbour is refused (hazard 49)', async () => {
  const handle = new DatabaseSync(':memory:')
  const store = sqliteStore({
    close: () => handle.close(),
    exec: (sql) => handle.exec(sql),
    prepare: (sql) => {
      const statement = handle.prepare(sql)
      return {
        all: (...values) => statement.all(...values),
        get: (...values) => statement.get(...values),
        run: (...values) => {
          if (values.includes('bad')) throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
          return statement.run(...values)
        },
      }
    },
  })
  const ana = anaOn(store)
  const outcomes = await Promise.all(
    ['a', 'b', 'bad', 'c', 'd'].map((ticketId) =>
      said(() => ana.open({ ticketId, subject: 's', reference: ticketId })),
    ),
  )
  expect(outcomes.map((code) => code.slice(0, 12))).toEqual([
    'nothing',
    'nothing',
    'store_failed',
    'nothing',
    'nothing',
  ])
  const desk = createDesk({ definition, store })
  for (const id of ['a', 'b', 'c', 'd']) expect((await desk.history(id)).length).toBe((await desk.get(id)).version)
  expect(await said(() => desk.get('bad'))).toMatch(/^ticket_not_found/)
  handle.close()
})

/** A handle that tells of all it is asked, and may refuse to. */
function watched(handle: SqliteHandle, onSql: (sql: string) => void): SqliteHandle {
  return {
    close: () => handle.close(),
    exec: (sql) => {
      onSql(sql)
      return handle.exec(sql)
    },
    prepare: (sql) => {
      const statement = handle.prepare(sql)
      const told =
        <Args extends unknown[], Result>(run: (...args: Args) => Result) =>
        (...args: Args) => {
          onSql(sql)
          return run(...args)
        }
      return {
        all: told((...values) => statement.all(...values)),
        get: told((...values) => statement.get(...values)),
        run: told((...values) => statement.run(...values)),
      }
    },
  }
}

it('whoever found the file busy keeps the place before those who asked later, however many wait', async () => {
  let busy = 0
  const handle = watched(new DatabaseSync(':memory:'), (sql) => {
    if (sql.startsWith('BEGIN') && busy-- > 0)
      throw Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })
  })
  const store = sqliteStore(handle)
  busy = 3
  // more than one transaction takes: the rest stands behind those that are refused
  const numbers = await Promise.all(Array.from({ length: 1_100 }, () => store.nextNumber('a')))
  expect(numbers).toEqual(numbers.map((_, i) => i + 1))
})

it('the write lock is taken first: while somebody else has it nothing is read or worked out in vain', async () => {
  const path = await filled()
  const asked: string[] = []
  const handle = new DatabaseSync(path)
  const store = sqliteStore(
    watched(handle, (sql) => asked.push(sql)),
    { patienceMs: 0 },
  )
  await store.nextNumber('a')
  const release = await holdingLock(path)
  asked.length = 0
  const answer = await said(() => store.nextNumber('a')).finally(release)
  expect(answer).toMatch(/^store_busy/)
  expect(asked.filter((sql) => !sql.startsWith('PRAGMA busy_timeout'))).toEqual(['BEGIN IMMEDIATE'])
  expect(await store.nextNumber('a')).toBe(2)
  handle.close()
})

describe('what a store is made of', () => {
  it.each([
    ['', undefined, 'store_failed'],
    [undefined, undefined, 'store_failed'],
    [{}, undefined, 'store_failed'],
    [':memory:', null, 'invalid_command options'],
    [':memory:', { patienceMs: Number.NaN }, 'invalid_command patienceMs'],
    [':memory:', { patienceMs: -5 }, 'invalid_command patienceMs'],
    [':memory:', { patience: 5 }, 'invalid_command patience'],
    [':memory:', { clock: {} }, 'invalid_command clock'],
  ] as const)('%j with %j is refused: %s', async (where, options, code) => {
    const text = await said(() => sqliteStore(where as never, options as never))
    expect(text.slice(0, code.length)).toBe(code)
  })
})

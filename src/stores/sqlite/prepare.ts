import { fail, isDeskError } from '../../errors.ts'
import { busyTimeoutMs, type Database } from './database.ts'
import { migrations } from './migrations.ts'
import { checkUnmade, checkWhole } from './whole.ts'

/** While the tables are brought up to date it may be somebody else who does it. */
const startTimeoutMs = 10_000

/** With STRICT tables, RETURNING and generated columns. */
const oldestSqlite = [3, 37] as const

/**
 * Makes a handle keep its promises and brings the tables up to this release: WAL, so that readers and one writer do
 * not wait for each other; `synchronous = FULL`, so that what is acknowledged survives a power cut; `secure_delete`,
 * so that what was erased is not left lying in the file.
 * @throws DeskError `store_failed` when a later release has been here, a table or an index is missing, the file cannot
 * be written, or its journal could not undo a failed write; `store_busy` when a transaction is open on the handle
 */
export function prepare(db: Database): void {
  checkDriver(db)
  db.exec('BEGIN; ROLLBACK') // what follows must not join somebody else's transaction
  const timeout = db.timeoutMs
  if (pragma(db, 'query_only') === 1) throw fail('store_failed', { reason: 'query_only is on: nothing can be written' })
  try {
    db.timeoutMs = Math.max(timeout, startTimeoutMs)
    checkJournal(db)
    // of `main`: without a name it would be of every database that the application has attached
    db.exec('PRAGMA main.synchronous = FULL')
    db.exec('PRAGMA main.secure_delete = ON')
    migrate(db)
    checkWhole(db)
    db.timeoutMs = 0
    checkWritable(db)
  } finally {
    db.timeoutMs = timeout || busyTimeoutMs
  }
}

/** SQLite lets a handle that only reads begin to write, and refuses the first row. Whoever writes just now can. */
function checkWritable(db: Database): void {
  try {
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    if (isDeskError(error, 'store_busy')) return
    throw error
  }
  try {
    db.change(`UPDATE ticketwright_meta SET value = value WHERE name = 'version'`)
  } finally {
    db.exec('ROLLBACK')
  }
}

function checkDriver(db: Database): void {
  const { version = '', one } =
    db.row<{ version: string; one: unknown }>('SELECT sqlite_version() AS version, 1 AS one') ?? {}
  if (typeof one !== 'number')
    throw fail('store_failed', { reason: `the handle reads whole numbers as ${typeof one}; set it to read numbers` })
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldestSqlite[0] || (major === oldestSqlite[0] && minor < oldestSqlite[1]))
    throw fail('store_failed', { reason: `SQLite ${oldestSqlite.join('.')} or newer is needed, this is ${version}` })
}

/** A file that cannot be in WAL mode (on some network drives) keeps its own journal, which is slower and as safe. */
function checkJournal(db: Database): void {
  const mode = pragma(db, 'main.journal_mode = WAL')
  const inFile = db.rows<{ name: string; file: string }>('PRAGMA database_list').some(({ name, file }) => {
    return name === 'main' && file !== ''
  })
  if (mode === 'off' || (mode === 'memory' && inFile))
    throw fail('store_failed', { reason: `journal_mode is ${mode}: a failed write could not be undone` })
}

const pragma = (db: Database, name: string): unknown =>
  Object.values(db.row<Record<string, unknown>>(`PRAGMA ${name}`) ?? {})[0]

/** Steps that one migration may take: a million tickets are filled in 2,000. */
const maxSteps = 10_000_000

/**
 * Brings the tables up to date step by step, each step with its mark in one transaction: whoever is interrupted goes
 * on where it was, and of several processes each step is done by one. The version is marked first, so that an older
 * release never meets half of a newer one's tables.
 */
function migrate(db: Database): void {
  if (marked(db, 'version') === migrations.length && marked(db, 'step') === 0) return
  for (let steps = 0; steps < maxSteps; steps++) if (db.write(() => migrateNext(db), startTimeoutMs)) return
  throw fail('store_failed', { reason: `a migration did not end after ${maxSteps} steps` })
}

/** One step; of tables that are not there yet all of them, since there is nothing to fill. True when none is left. */
function migrateNext(db: Database): boolean {
  const fresh = marked(db, 'version') === 0
  for (let done = migrateOnce(db); ; done = migrateOnce(db)) if (done || !fresh) return done
}

function migrateOnce(db: Database): boolean {
  const version = marked(db, 'version')
  checkKnown(version)
  if (version === 0) checkUnmade(db)
  const step = marked(db, 'step')
  const steps = migrations[version - 1]
  if (step === 0 || !steps) {
    if (version === migrations.length) return true
    db.exec('CREATE TABLE IF NOT EXISTS ticketwright_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT')
    mark(db, 'version', version + 1)
    mark(db, 'step', 1)
    return false
  }
  const work = steps[step - 1]
  if (typeof work === 'string') db.exec(work)
  else if (work && !work(db)) return false
  mark(db, 'step', step === steps.length ? 0 : step + 1)
  return false
}

/**
 * The version of the tables while this release uses them: looked at in every transaction that writes, so that a
 * process of an older release stops when a newer one has migrated the file under it.
 * @throws DeskError `store_failed`
 */
export function checkTables(db: Database): void {
  const found = db.row<{ value: number }>(`SELECT value FROM ticketwright_meta WHERE name = 'version'`)
  checkKnown(found?.value ?? 0)
}

function checkKnown(version: number): void {
  if (version > migrations.length)
    throw fail('store_failed', {
      reason: `the tables are of version ${version}, this release knows ${migrations.length}`,
    })
}

/** 0 where there is no mark, or no table for marks yet. */
function marked(db: Database, name: string): number {
  const exists = db.row(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ticketwright_meta'`)
  if (!exists) return 0
  return db.row<{ value: number }>('SELECT value FROM ticketwright_meta WHERE name = ?', name)?.value ?? 0
}

const mark = (db: Database, name: string, value: number): number =>
  db.change(
    'INSERT INTO ticketwright_meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  )

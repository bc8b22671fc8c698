import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { readArguments } from '../../examples/replay-incidents/arguments.ts'
import { InputError, UsageError } from '../../examples/replay-incidents/failure.ts'
import type { Figures } from '../../examples/replay-incidents/figures.ts'
import { progressBar } from '../../examples/replay-incidents/progress.ts'
import { run } from '../../examples/replay-incidents/run.ts'
import { readSnapshots } from '../../examples/replay-incidents/snapshot.ts'
import { build } from '../package/packed.ts'
import { crowded } from '../render/drawing.ts'
import { copiesOf, linesOf, log, type Row, runExample, sliceOf, temporaryFile } from './incidents.ts'
import { closedOn, type Resolution, resolutionsOf } from './minute-walk.ts'

const replay = (...args: readonly string[]) => runExample('replay-incidents/index.ts', ...args)
const figuresOf = async (content: readonly Row[] | string, ...args: string[]): Promise<Figures> =>
  (await run(readArguments(['--file', typeof content === 'string' ? content : fileOf(content), ...args]))).figures
const fileOf = (rows: readonly Row[]) => temporaryFile('incidents.jsonl', linesOf(rows))
const sum = (counts: object): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** Among them one out of order, and one with a broken state code. */
const slice = sliceOf(34, ['INC0000137', 'INC0028089'])

describe('the replay of incidents', () => {
  it('gives the same figures on every store, from plain and packed files, in whatever order the lines stand', async () => {
    const figures = JSON.stringify(await figuresOf(slice))
    const store = `sqlite:${temporaryFile('replay.db')}`
    expect(JSON.stringify(await figuresOf(slice, '--store', store))).toBe(figures)
    const packed = temporaryFile('slice.jsonl.gz', gzipSync(linesOf(slice)))
    expect(JSON.stringify(await figuresOf(packed))).toBe(figures)
    const byIncident = slice.toSorted((a, b) => (a.incident < b.incident ? -1 : a.incident > b.incident ? 1 : 0))
    expect(JSON.stringify(await figuresOf(byIncident))).toBe(figures)
  }, 60_000)

  it('counts every snapshot once, and every incident once a metric', async () => {
    const { snapshots, commands, unchanged, refused, compliance, autoClosed } = await figuresOf(slice)
    const incidents = new Set(slice.map((row) => row.incident)).size
    expect(snapshots).toBe(slice.length)
    expect(commands + unchanged + sum(refused)).toBe(snapshots)
    expect(refused.move_not_allowed).toBe(1) // INC0000137: New after Resolved
    for (const metric of ['firstAssignment', 'resolution']) {
      const rows = compliance.filter((row) => row.metric === metric)
      expect(rows.map((row) => row.priority)).toEqual(['Urgent', 'High', 'Medium', 'Low'])
      expect(new Set(rows.map((row) => row.level))).toEqual(new Set(['standard']))
      expect(sum(rows.map(({ met, breached, open, cancelled }) => met + breached + open + cancelled))).toBe(incidents)
    }
    expect(autoClosed.library).toBe(incidents)
    expect(sum(autoClosed.logLater)).toBe(autoClosed.both)
  })

  it('shows the queues as they stood, whatever came later', async () => {
    const at = '2016-03-31T14:00:00Z'
    const { queues, ...figures } = await figuresOf(slice, '--at', at)
    const firsts = new Set([...Map.groupBy(slice, (row) => row.incident).values()].map(([first]) => first))
    const past = slice.filter((row) => row.at <= at || (row.openedAt <= at && firsts.has(row)))
    expect(past.length).toBeLessThan(slice.length)
    expect((await figuresOf(past, '--at', at)).queues).toEqual(queues)
    expect(queues.priority.length).toBeGreaterThan(0)
    const { queues: before, ...same } = await figuresOf(slice, '--at', '2016-01-01T00:00:00Z')
    expect(before.unresolved).toBe(0)
    expect(same, 'looking changes nothing').toEqual(figures)
  })

  it('gives twice the figures for twice the incidents', async () => {
    const [once, twice] = [await figuresOf(slice), await figuresOf(copiesOf(slice, 2))]
    const doubled = <T extends object>(row: T) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? value * 2 : value]),
      )
    const counts = ({ snapshots, commands, unchanged }: Figures) => ({ snapshots, commands, unchanged })
    expect(counts(twice)).toEqual(doubled(counts(once)))
    expect(twice.transitions).toEqual(once.transitions.map(doubled))
    expect(twice.compliance, 'ranks stay, counts double').toEqual(once.compliance.map(doubled))
  })

  it('tells what is open and late at the end of a log that breaks off', async () => {
    const begun = slice.filter((row) => row.at < '2016-04-01')
    const { compliance, worst, autoClosed } = await figuresOf(begun, '--at', '2016-06-01T00:00:00Z')
    const incidents = new Set(begun.map((row) => row.incident)).size
    const resolution = compliance.filter((row) => row.metric === 'resolution')
    expect(sum(resolution.map(({ met, breached, open }) => met + breached + open))).toBe(incidents)
    expect(worst.some((breach) => !breach.ended)).toBe(true)
    expect(autoClosed.libraryOnly).toBeGreaterThan(0)
  })

  it('replays an empty file', async () => {
    const { refused, worst, ...figures } = await figuresOf([])
    expect(figures).toMatchObject({ snapshots: 0, commands: 0, unchanged: 0, transitions: [] })
    expect([refused, worst, figures.shift]).toEqual([{}, [], null])
  })
})

describe('the whole log', { timeout: 60_000 }, () => {
  beforeAll(build, 120_000)

  it('is measured as a walk through its minutes does', async () => {
    const { stdout, stderr, status } = replay('--json', '--timeline', temporaryFile('worst.svg'))
    expect(status, stderr).toBe(0)
    const { compliance, worst, ...others } = JSON.parse(stdout) as Figures
    expect(Object.keys(JSON.parse(stdout)).join()).toBe(
      'snapshots,commands,unchanged,refused,transitions,compliance,worst,queues,autoClosed,shift',
    )
    expect(others.snapshots).toBe(log.length)
    const resolution = compliance.filter((row) => row.metric === 'resolution')
    const found = resolution.map(({ priority, met, breached }) => [priority, met, breached])
    const walked = resolutionsOf(log, closedOn)
    const counted = (walked: readonly Resolution[]) => {
      const count = (priority: string, late: boolean) =>
        walked.filter((one) => one.priority === priority && one.late > 0 === late).length
      return resolution.map(({ priority }) => [priority, count(priority, false), count(priority, true)])
    }
    expect(counted(walked)).toEqual(found)
    const forgetful = resolutionsOf(log, closedOn.slice(1))
    expect(counted(forgetful), 'a walk that forgets a holiday must differ').not.toEqual(found)

    const spread = (minutes: readonly number[]) => {
      const sorted = minutes.toSorted((a, b) => a - b)
      const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 60_000
      return { median: at(0.5), p90: at(0.9), most: at(1) }
    }
    for (const { priority, elapsedMs, latenessMs } of resolution) {
      const these = walked.filter((one) => one.priority === priority)
      const late = these.filter((one) => one.late > 0)
      expect(elapsedMs).toEqual(these.length === 0 ? null : spread(these.map((one) => one.used)))
      expect(latenessMs).toEqual(late.length === 0 ? null : spread(late.map((one) => one.late)))
    }

    const slowest = worst.filter((breach) => breach.metric === 'resolution')
    expect(slowest.length).toBeGreaterThan(5)
    const latest = walked.toSorted((a, b) => b.late - a.late)
    expect(slowest.map(({ ticket, latenessMs }) => [ticket, latenessMs])).toEqual(
      latest.slice(0, slowest.length).map(({ incident, late }) => [incident, late * 60_000]),
    )
  })

  it('is told to people, with no bar where nobody watches', () => {
    const { stdout, stderr } = replay('--file', fileOf(slice), '--timeline', 'none')
    expect(stdout).toContain(`${slice.length} snapshots of`)
    expect(stdout).toContain('  2 with state -100')
    expect(stdout).toMatch(/Targets kept[\s\S]*Worst breaches[\s\S]*Queues at[\s\S]*Closing[\s\S]*A shift on/)
    expect(stderr).toMatch(/^\d+ commands given in [\d.]+ s: \d+ a second\n$/)
  })

  it('draws the worst breach where it is told to, and tells where', () => {
    const drawing = temporaryFile('worst.svg')
    const { stderr, stdout } = replay('--file', fileOf(slice), '--timeline', drawing, '--json')
    expect(stderr).toContain(`the worst breach, minute by minute: ${drawing}\n`)
    const [worst] = (JSON.parse(stdout) as Figures).worst
    const svg = readFileSync(drawing, 'utf8')
    expect(svg).toContain(`${worst?.ticket} · ${worst?.metric}, cycle 1`)
    expect(svg).toContain('breached')
    expect(crowded(svg)).toEqual([])
    const nowhere = replay('--file', fileOf(slice), '--timeline', `${drawing}/worst.svg`)
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be written') })
  })

  it('draws nothing when nothing is late', async () => {
    expect((await run(readArguments(['--file', fileOf([])]))).timeline).toBeNull()
  })

  it('has a bar on a terminal', () => {
    const written: string[] = []
    const terminal = { isTTY: true, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
    const bar = progressBar(terminal)
    for (let done = 1; done <= 1_000; done++) bar.show(done, 1_000)
    bar.clear()
    expect(written).toHaveLength(102)
    expect(written.at(-2)).toBe(`\r${'█'.repeat(40)} 100 %`)
  })
})

describe('what cannot be replayed', () => {
  const [row] = slice
  const [good = ''] = linesOf(slice).split('\n')
  it.each([
    ['is not JSON', '{"at":', /line 2: it is not JSON/],
    ['is empty', '', /line 2: it is empty/],
    ['is no object', '[]', /line 2: .*expected object/i],
    ['lacks a field', JSON.stringify({ ...row, group: undefined }), /line 2: group: /],
    ['has no zone', JSON.stringify({ ...row, at: '2016-03-01T10:00:00' }), /line 2: at: .*no Z or offset/],
    ['has no such date', JSON.stringify({ ...row, openedAt: '2016-02-30T10:00:00Z' }), /line 2: openedAt: /],
    ['has an unknown state', JSON.stringify({ ...row, state: 'Reopened' }), /line 2: state: /],
    ['has an unknown priority', JSON.stringify({ ...row, priority: 5 }), /line 2: priority: /],
  ])('a line that %s is named', async (_what, line, said) => {
    const reading = readSnapshots(temporaryFile('bad.jsonl', `${good}\n${line}\n${good}\n`))
    await expect(reading).rejects.toThrow(said)
    await expect(reading).rejects.toBeInstanceOf(InputError)
  })

  it.each([
    ['a missing file', 'missing.jsonl', undefined],
    ['a file cut short', 'short.jsonl.gz', gzipSync(linesOf(slice)).subarray(0, 2_000)],
    ['bytes that are no text', 'binary.jsonl', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['a line without end', 'long.jsonl', 'x'.repeat(300_000)],
  ])('%s cannot be read', async (_what, name, content) => {
    const reading = readSnapshots(temporaryFile(name, content))
    await expect(reading).rejects.toThrow(`${name}: cannot be read: `)
    await expect(reading).rejects.toBeInstanceOf(InputError)
  })

  it.each([
    ['an option nobody knows', ['--fiel', 'x']],
    ['a word too many', ['x.jsonl']],
    ['no file', ['--file', '']],
    ['a timeline without its file', ['--timeline', '']],
    ['an instant without a zone', ['--at', '2016-04-11T10:00:00']],
    ['a day that there is not', ['--shift', '2016-02-30']],
    ['a store nobody knows', ['--store', 'redis']],
    ['a store without its file', ['--store', 'sqlite:']],
  ])('%s is refused', (_what, args) => {
    expect(() => readArguments(args)).toThrow(UsageError)
  })

  it('a store file that is there already stays as it is', async () => {
    const there = temporaryFile('there.db', 'mine')
    await expect(figuresOf(slice, '--store', `sqlite:${there}`)).rejects.toThrow('exists already')
    expect(readFileSync(there, 'utf8')).toBe('mine')
  })

  it('ends the program with 2 and nothing on stdout; a wrong argument gets the usage', () => {
    const badLine = replay('--file', temporaryFile('bad.jsonl', `${good}\nnope\n`))
    expect(badLine).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^.*line 2: it is not JSON\n$/),
    })
    const badStore = replay('--store', 'redis')
    expect(badStore).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Usage: ') })
  })
})

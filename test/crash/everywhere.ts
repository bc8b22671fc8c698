import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { examineBy } from './examine.ts'
import { judge } from './judge.ts'
import type { Word } from './stepper.ts'
import { definition, imported, steps } from './steps.ts'
import { inOneFile, startVictim } from './victim.ts'

/** A life that was killed at its boundaries, one process for each. */
export interface BoundaryRun {
  /** Right before and right after each statement that writes, from one end of the life to the other. */
  readonly boundaries: number
  readonly kills: number
  /** Of each step, how many there are, and at how many of them it was killed. */
  readonly steps: readonly { readonly name: string; readonly boundaries: number; readonly kills: number }[]
  /** Steps that were acknowledged before a kill. */
  readonly acknowledged: number
  readonly wrong: readonly string[]
}

/** The nth of a step that has so many; from 1 on. */
interface Boundary {
  readonly step: string
  readonly nth: number
  readonly of: number
}

const stepper = new URL('stepper.ts', import.meta.url)

interface Asked {
  /** Which of them: all unless said. */
  readonly chosen?: (one: Boundary) => boolean
  readonly control?: boolean
  readonly onProgress?: (run: BoundaryRun) => void
}

/**
 * Takes the steps of a life once to count the boundaries, and then kills a process of its own at each, on a file of its
 * own, and looks at what is left. Stops at the first thing wrong.
 */
export async function crashEverywhere({ chosen = () => true, control = false, onProgress = () => {} }: Asked = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-boundaries-'))
  const template = join(folder, 'empty.db')
  const path = join(folder, 'victim.db')
  await sqliteStore(template).close()
  try {
    const program = await inOneFile(stepper, folder)
    const live = async (boundary: number) => {
      for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
      copyFileSync(template, path)
      return startVictim<Word>(program, [path, String(boundary), control ? 'control' : '']).ended
    }
    const whole = await live(0)
    const survey = surveyOf(whole.said)
    if (whole.code !== 0 || !survey) throw new Error(`the life did not come to its end: ${whole.complained}`)
    const run = {
      boundaries: survey.boundaries,
      kills: 0,
      steps: survey.steps.map((one) => ({ ...one, kills: 0 })),
      acknowledged: 0,
      wrong: lookAt(path, whole.said),
    }
    for (let n = 1; n <= run.boundaries && run.wrong.length === 0; n++) {
      const step = run.steps.findLast(({ from }) => from < n)
      if (!step || !chosen({ step: step.name, nth: n - step.from, of: step.boundaries })) continue
      const { said, killed, complained } = await live(n)
      if (!killed) throw new Error(`boundary ${n} was not reached: ${complained}`)
      step.kills += 1
      run.kills += 1
      run.acknowledged += said.filter((word) => 'done' in word).length
      run.wrong.push(...lookAt(path, said).map((sentence) => `boundary ${n} (${step.name}): ${sentence}`))
      onProgress(told(run))
    }
    return told(run)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const told = (
  run: Omit<BoundaryRun, 'steps'> & { readonly steps: readonly (BoundaryRun['steps'][number] & From)[] },
) => ({
  ...run,
  steps: run.steps.map(({ from: _, ...step }) => step),
})

interface From {
  /** Boundaries before it. */
  readonly from: number
}

/** Where each step begins; null unless all were taken. */
function surveyOf(said: readonly Word[]) {
  const begun = said.flatMap((word) => ('begins' in word ? [word] : []))
  const last = said.at(-1)
  if (!last || !('all' in last)) return null
  const found = begun.map(({ begins: name, boundaries: from }, i) => {
    const to = begun[i + 1]?.boundaries ?? last.all
    return { name, from, boundaries: to - from }
  })
  return { boundaries: last.all, steps: found }
}

/** What was acknowledged is there, and all agrees. */
function lookAt(path: string, said: readonly Word[]): string[] {
  const begun = new Set(said.flatMap((word) => ('begins' in word ? [word.begins] : [])))
  const done = new Set(said.flatMap((word) => ('done' in word ? [word.done] : [])))
  const left = steps.filter(({ name, until = '' }) => done.has(name) && !begun.has(until))
  return examineBy(path, (tables) => judge(tables, [], { imported, definition }), left)
}

/**
 * The process that is killed at a place of its own: `node stepper.ts FILE BOUNDARY CONTROL`. Takes the steps of
 * a life one after the other, and says on stdout which it begins and which is done. It kills itself right
 * before, or right after, the statement at BOUNDARY; at 0 it lives, and says at the end how many boundaries
 * there are. CONTROL leaves the transaction out.
 */
import { writeSync } from 'node:fs'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { countdown } from './countdown.ts'
import { sceneOf, steps } from './steps.ts'
import { watchedFile } from './watched.ts'

/** What a stepper says, a line each. */
export type Word =
  | { readonly begins: string; readonly boundaries: number }
  | { readonly done: string }
  | { readonly all: number }

const say = (word: Word) => writeSync(1, `${JSON.stringify(word)}\n`)
const [path = '', boundary = '0', control = ''] = process.argv.slice(2)
let passed = 0
const tick = countdown(Number(boundary))
const { handle, arm } = watchedFile(path, control !== '', () => {
  passed += 1
  tick()
})
const scene = sceneOf((clock) => sqliteStore(handle, { clock }))
arm()
for (const { name, run } of steps) {
  say({ begins: name, boundaries: passed })
  await run(scene)
  say({ done: name })
}
say({ all: passed })

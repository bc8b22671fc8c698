/** `node crash.ts [KILLS] [SEED]`: first the control, which must be caught, then the kills. */
import { crash } from '../test/crash/trial.ts'

const [kills = 1_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
if (!(kills > 0 && seed >= 0)) throw new Error('usage: scripts/crash [kills] [seed]')

const control = await crash(50, seed, { control: true })
console.log(`control without a transaction: ${control.wrong[0] ?? 'nothing found'}`)
if (control.wrong.length === 0) {
  console.log('the control should have been caught')
  process.exit(1)
}
const run = await crash(kills, seed, {
  onProgress: ({ kills, acknowledged }) => {
    if (kills % 50 === 0) console.error(`${kills} kills, ${acknowledged} commands acknowledged`)
  },
})
for (const sentence of run.wrong) console.log(sentence)
console.log(JSON.stringify({ ...run, wrong: run.wrong.length, seed, node: process.version }))
if (run.wrong.length > 0) process.exitCode = 1

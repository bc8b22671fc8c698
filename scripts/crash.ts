/** `node crash.ts [KILLS] [SEED]`: first the controls, which must be caught, then each boundary, then the kills. */
import { crashEverywhere } from '../test/crash/everywhere.ts'
import { crash } from '../test/crash/trial.ts'

const [kills = 1_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
if (!(kills >= 0 && seed >= 0)) throw new Error('usage: scripts/crash [kills at random moments] [seed]')

const controls = [await crash(50, seed, { control: true }), await crashEverywhere({ control: true })]
for (const { wrong } of controls) {
  console.log(`control without a transaction: ${wrong[0] ?? 'nothing found'}`)
  if (wrong.length === 0) process.exitCode = 1
}

const everywhere = await crashEverywhere({
  onProgress: (run) => {
    if (run.kills % 50 === 0) console.error(`killed at ${run.kills} of ${run.boundaries} boundaries`)
  },
})
for (const { name, ...step } of everywhere.steps)
  console.log(`${name}: killed at ${step.kills} of ${step.boundaries} boundaries`)
for (const sentence of everywhere.wrong) console.log(sentence)

const run = await crash(kills, seed, {
  onProgress: ({ kills, acknowledged }) => {
    if (kills % 50 === 0) console.error(`${kills} kills, ${acknowledged} commands acknowledged`)
  },
})
for (const sentence of run.wrong) console.log(sentence)
const { boundaries, kills: killedAt, acknowledged } = everywhere
console.log(
  JSON.stringify({
    everywhere: { boundaries, killedAt, acknowledged, wrong: everywhere.wrong.length },
    atRandom: { ...run, wrong: run.wrong.length, seed },
    node: process.version,
  }),
)
if (run.wrong.length > 0 || everywhere.wrong.length > 0 || killedAt < boundaries) process.exitCode = 1

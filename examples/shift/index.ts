/**
 * A shift on real input: the incidents of one day of the replay's log come in when they did, and four agents work
 * through them with `next`, each by what they may take. Prints who got what and why. `npm run example:shift`
 */
import { fileURLToPath } from 'node:url'
import { readSnapshots } from '../replay-incidents/snapshot.ts'
import { line, summary } from './print.ts'
import { incidentsOf, workShift } from './work.ts'

const [day = '2016-03-22', file = fileURLToPath(new URL('../data/incidents-2000.jsonl.gz', import.meta.url))] =
  process.argv.slice(2)
const shift = await workShift(day, incidentsOf(await readSnapshots(file), day))
for (const entry of shift.taken) console.log(line(entry))
console.log(summary(shift))

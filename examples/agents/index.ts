/**
 * A morning of two agents and a specialist: who gets what and why, a collision, a claim that runs out, a hand-over, an
 * escalation and the way back. Told by a desk, on a clock that the example sets itself. `npm run example:agents`
 */
import { morning } from './morning.ts'

for await (const line of morning()) console.log(line)

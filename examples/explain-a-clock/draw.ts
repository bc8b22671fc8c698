/**
 * Draws the ticket of this example: `node examples/explain-a-clock/draw.ts` writes the
 * drawing of docs/explanation/due-time.md.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { slaTimeline } from 'ticketwright/render'
import { lateTicket } from './ticket.ts'

/** The drawing, and the file it is kept in. */
export async function drawing() {
  const { desk, id } = await lateTicket()
  return { name: 'due-time-late.svg', svg: slaTimeline(await desk.explain(id, 'resolution')) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, svg } = await drawing()
  writeFileSync(new URL(`../../docs/explanation/${name}`, import.meta.url), svg)
}

/** Every minute of a clock with its reason, in words: `npm run example:explain`. */
import { explanationText } from 'ticketwright/render'
import { lateTicket } from './ticket.ts'

const { desk, id } = await lateTicket()
process.stdout.write(explanationText(await desk.explain(id, 'resolution')))

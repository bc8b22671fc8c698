import * as z from 'zod'
import { Line, Name } from './schema.ts'

/** Why routing gave a ticket to somebody, or took it from them: kept in the event. */
export const RoutingReason = z.strictObject({
  /** The strategy that decided, or another word of a proposal; `away` or `tier` where it was taken. */
  decidedBy: Name,
  /** A sentence for people; nothing personal of a requester belongs in it. */
  reason: Line,
})
export type RoutingReason = Readonly<z.output<typeof RoutingReason>>

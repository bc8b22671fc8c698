import * as z from 'zod'
import { Amount, Count, Id, InstantInput, Line, Name } from './schema.ts'

/** Who needs help, as the application knows them. All but the id is optional. */
export const Requester = z.strictObject({
  id: Id,
  name: Name.optional(),
  email: Line.optional(),
  phone: Line.optional(),
  plan: Name.optional(),
  segment: Name.optional(),
  /** In the application's own unit. */
  revenue: Amount.optional(),
  /** Customer since. */
  since: InstantInput.optional(),
  previousTickets: Count.optional(),
  vip: z.boolean().optional(),
  /** Id of a business calendar: clocks of targets without one of their own run in it. */
  calendar: Name.optional(),
})
export type Requester = Readonly<z.output<typeof Requester>>

/** What of a requester is personal: kept apart in events, so that erasure can remove it. */
export const personalOfRequester = ['name', 'email', 'phone'] as const

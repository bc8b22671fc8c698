import * as z from 'zod'
import { Amount, Id, InstantInput, Name } from '../../model/schema.ts'

/** Somebody who works on tickets, as the application knows them. All but the id is optional. */
export const Agent = z.strictObject({
  id: Id,
  name: Name.optional(),
  /** Whose tickets they take; everybody's unless said. */
  departments: z.array(Name).max(200).optional(),
  skills: z.array(Name).max(200).optional(),
  /** The highest tier they take tickets of: 1 unless said. */
  tier: z.int().min(1).max(100).optional(),
  /** Experience, in the application's own unit: 0 unless said. */
  seniority: Amount.optional(),
  /** How much they can have at once, in units of `costs`; without end unless said. */
  capacity: Amount.min(0).optional(),
  /** Id of a business calendar of the definition: their working hours. Always there unless said. */
  calendar: Name.optional(),
  /** Not there now, whatever the hours. */
  away: z.boolean().optional(),
  /** Not there before this instant. */
  awayUntil: InstantInput.optional(),
  /** The views they work through, in order. */
  views: z.array(Id).max(100).optional(),
})
export type Agent = Readonly<z.output<typeof Agent>>

// taken while the module is read, so that a test's fake timers do not stop long work
const { setTimeout } = globalThis

/** Pauses; what is under way elsewhere goes on. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Lets everybody else have a turn: a store that answers at once would keep long work from ever pausing. */
export const breathe = (): Promise<void> => pause(0)

/** Tickets worked on at a stretch: a breath may take a millisecond. */
const stretch = 10

/** As `breathe`, in a loop over tickets: after the last of a stretch. */
export async function breatheAfter(done: number): Promise<void> {
  if (done % stretch === 0) await breathe()
}

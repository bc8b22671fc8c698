// taken while the module is read, so that a test's fake timers do not stop long work
const { setTimeout } = globalThis

/** Lets everybody else have a turn: a store that answers at once would keep long work from ever pausing. */
export const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

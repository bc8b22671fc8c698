// taken while the module is read, so that a test's fake timers do not stop a store
const later: (run: () => void) => unknown = globalThis.setImmediate ?? queueMicrotask

/** Runs when everybody who waits has had a turn. */
export const nextTurn = (run: () => void): void => void later(run)

/** Gives everybody else a turn. */
export const breathe = (): Promise<void> => new Promise((resolve) => nextTurn(resolve))

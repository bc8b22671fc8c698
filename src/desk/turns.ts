/** Runs when it is the turn of a key, and is told what the one before has failed with, if it has. */
export type TakeTurn = <T>(key: string, run: (failure?: unknown) => Promise<T>) => Promise<T>

/**
 * Lets commands on one ticket take turns within this process: they would only get in each other's way,
 * and the version check would send all but one back to load again. Between processes it is the version check alone.
 */
export function takingTurns(): TakeTurn {
  const last = new Map<string, Promise<unknown>>()
  return async (key, run) => {
    const before = last.get(key)
    const turn = before ? before.then(() => run(), run) : run()
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}

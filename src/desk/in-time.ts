/**
 * What somebody outside answers, if it comes within a time; what comes later is dropped. `ask` is given a signal that
 * is aborted when nobody waits any more. Rejects with an Error that says `late` when the time is over.
 */
export async function inTime<Answer>(
  ask: (signal: AbortSignal) => Answer | Promise<Answer>,
  timeoutMs: number,
  late: string,
): Promise<Answer> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort()
      reject(new Error(late))
    }, timeoutMs)
  })
  try {
    return await Promise.race([ask(controller.signal), over])
  } finally {
    clearTimeout(timer)
  }
}

import { elapsedMs } from '../../../time/clock.ts'
import { fateOf, inFailedTransaction } from './failure.ts'

/** Waits between attempts at what others hold, in milliseconds; the last one repeats. */
const waitsMs = [1, 2, 5, 10, 20, 40, 80, 150]

// taken while the module is read, so that a test's fake timers do not stop a store
const { setTimeout } = globalThis

/** How long one who asks goes on asking, from the first time on: what the server waited meanwhile counts too. */
export class Patience {
  readonly #until: number
  #attempts = 0
  #reason: unknown
  #isOver = false

  constructor(ms: number) {
    this.#until = elapsedMs() + ms
  }

  /** What was in the way. */
  meet(error: unknown): void {
    // in a transaction of the application's own, the next attempt only says that the last one gave it up
    const isAfter = (error as { code?: unknown } | null)?.code === inFailedTransaction
    if (this.#reason !== undefined && isAfter) this.#isOver = true
    else this.#reason = error
  }

  /** What was in the way the last time: what to tell if it is over. */
  get reason(): unknown {
    return this.#reason
  }

  /** What is left of it, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.#until - elapsedMs())
  }

  /** Whether to ask again. */
  get lasts(): boolean {
    return !this.#isOver && fateOf(this.#reason) === 'again' && this.leftMs > 0
  }

  /** Until the next attempt: not at the same moments as others who wait for the same. */
  pause(): Promise<void> {
    const waitMs = waitsMs[Math.min(this.#attempts, waitsMs.length - 1)] ?? 0
    const spread = 0.5 + (this.#attempts++ % 3) / 2
    return new Promise((resolve) => setTimeout(resolve, waitMs * spread))
  }
}

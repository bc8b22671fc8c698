import type { Pool } from 'pg'
import type { Clock } from 'ticketwright'

/** The log is of 2016: what time it is stands in a table, and the front desk moves it on. */
export const timeTable = 'CREATE TABLE time_of_the_log (now double precision NOT NULL)'

export async function setTime(pool: Pool, now: number): Promise<void> {
  await pool.query('UPDATE time_of_the_log SET now = $1', [now])
}

/** Time goes by in leaps of a day here, so what a worker has in hand is hidden for longer than usual. */
export const hiddenMs = 60 * 86_400_000

/** A clock that stands still until it is read again. */
export class LogClock implements Clock {
  readonly #pool: Pool
  #now = 0
  constructor(pool: Pool) {
    this.#pool = pool
  }
  now = (): number => this.#now

  async read(): Promise<number> {
    const { rows } = await this.#pool.query<{ now: number }>('SELECT now FROM time_of_the_log')
    this.#now = rows[0]?.now ?? 0
    return this.#now
  }
}

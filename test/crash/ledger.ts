import { type Acknowledged, judge, type Tables } from './judge.ts'
import { definition } from './lives.ts'

/** A claim that somebody was granted. */
export interface Granted {
  readonly claimed: string
  readonly token: number
}

/**
 * What writers were told, one after the other, on the same tables: nothing of it may be lost, whoever died in between.
 */
export class Ledger {
  readonly #acknowledged: Acknowledged[] = []
  /** By ticket: none is lower from then on. */
  readonly #tokens = new Map<string, number>()

  /** Commands that were acknowledged. */
  hear(said: readonly (Acknowledged | Granted)[]): number {
    const commands = said.filter((one) => 'commandId' in one)
    this.#acknowledged.push(...commands)
    for (const one of said) if ('claimed' in one) this.#raise(one.claimed, one.token)
    return commands.length
  }

  /** A sentence for everything in the tables that is not as it should be. What is seen there counts from then on. */
  judge(tables: Tables): string[] {
    const fallen = [...this.#tokens].filter(([ticketId, token]) => (tables.tokens.get(ticketId) ?? 0) < token)
    for (const [ticketId, token] of tables.tokens) this.#raise(ticketId, token)
    return [
      ...judge(tables, this.#acknowledged, { definition }),
      ...fallen.map(
        ([ticketId, token]) =>
          `${ticketId} was claimed with token ${token}, and is at ${tables.tokens.get(ticketId) ?? 0}`,
      ),
    ]
  }

  #raise(ticketId: string, token: number): void {
    this.#tokens.set(ticketId, Math.max(token, this.#tokens.get(ticketId) ?? 0))
  }
}

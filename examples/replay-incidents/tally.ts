/** How the snapshots fared. Every one is counted once: snapshots = commands + unchanged + all that were refused. */
export interface Tally {
  readonly snapshots: number
  /** It changed its ticket. The first one of an incident opens the ticket, so it always does, unless it is refused. */
  readonly commands: number
  readonly unchanged: number
  /** By code. */
  readonly refused: Readonly<Record<string, number>>
  /** Snapshots, counted above as well, whose state is a broken code: taken as no change of status. */
  readonly brokenStates: number
}

export type Fate = 'command' | 'unchanged' | { readonly refused: string }

export class Counter {
  #snapshots = 0
  #commands = 0
  #unchanged = 0
  #brokenStates = 0
  readonly #refused = new Map<string, number>()

  count(fate: Fate, brokenState: boolean): void {
    this.#snapshots += 1
    if (brokenState) this.#brokenStates += 1
    if (fate === 'command') this.#commands += 1
    else if (fate === 'unchanged') this.#unchanged += 1
    else this.#refused.set(fate.refused, (this.#refused.get(fate.refused) ?? 0) + 1)
  }

  tally(): Tally {
    return {
      snapshots: this.#snapshots,
      commands: this.#commands,
      unchanged: this.#unchanged,
      refused: Object.fromEntries([...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1))),
      brokenStates: this.#brokenStates,
    }
  }
}

import type { Agent } from '../queue/routing/agent.ts'

/** The directory port: who works here. An application answers from where it keeps its people. */
export interface Directory {
  /** Everybody who may be given tickets of a tenant. */
  agents(tenant: string): Promise<readonly Agent[]> | readonly Agent[]
  /** How long a command waits for it: 5,000 ms unless said. What comes later is dropped. */
  readonly timeoutMs?: number | undefined
}

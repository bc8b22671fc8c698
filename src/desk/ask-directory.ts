import { checkedAgents } from '../engine/route.ts'
import { DeskError, fail, isDeskError, refuse, shown } from '../errors.ts'
import type { Agent } from '../queue/routing/agent.ts'
import type { Directory } from './directory.ts'
import { inTime } from './in-time.ts'
import type { DeskContext } from './options.ts'

const defaultTimeoutMs = 5_000

/**
 * The agents of a directory, checked; undefined where the desk has none.
 * @throws DeskError `directory_failed` with what it threw as the `cause`, or when it is late; `invalid_definition` and
 * the like, with the path in the list
 */
export async function agentsOf({ directory, tenant, latest }: DeskContext): Promise<readonly Agent[] | undefined> {
  return directory && checkedAgents(latest, await askedOf(directory, tenant), 'agents')
}

async function askedOf(directory: Directory, tenant: string): Promise<readonly Agent[]> {
  const { timeoutMs = defaultTimeoutMs } = directory
  try {
    return await inTime(() => directory.agents(tenant), timeoutMs, `it said nothing within ${timeoutMs} ms`)
  } catch (error) {
    throw new DeskError(refuse('directory_failed', { reason: saidBy(error) }), undefined, { cause: error })
  }
}

/** As `agentsOf`, for what cannot be done without. */
export async function neededAgents(desk: DeskContext): Promise<readonly Agent[]> {
  const agents = await agentsOf(desk)
  if (!agents) throw fail('invalid_command', { reason: 'routing needs a directory: createDesk({ directory })' })
  return agents
}

/** What was thrown, in words: anything can be. */
export const saidBy = (error: unknown): string =>
  isDeskError(error) || error instanceof Error ? String(error.message).slice(0, 200) : shown(error)

import { createHash } from 'node:crypto'
import type { Db, PgBoss } from 'pg-boss'
import type { Effect, PendingEffect, Store } from 'ticketwright'

/**
 * One job for each ticket that time will do something to, one for each effect, and one for each that failed for good.
 */
export const queues = { deadlines: 'deadlines', effects: 'effects', deadLetters: 'dead-letters' } as const

export interface DeadlineJob {
  readonly tenant: string
  readonly ticketId: string
}
export interface EffectJob {
  readonly tenant: string
  readonly effect: Effect
}
export interface DeadLetterJob extends EffectJob {
  readonly reason: string
}

/** A job that nobody came to is kept: the log leaps by weeks, and what is due must not be tidied away. */
const retentionSeconds = 5 * 365 * 86_400

/**
 * Made once, before anybody works. Effects of one ticket come in their order. To pg-boss none of them ever fails for
 * good: a job that has failed would hold back all that comes after it with the same key. When an effect is given up is
 * for `deliver` to say: see `pendingIs`.
 */
export async function createQueues(boss: PgBoss): Promise<void> {
  const again = { retryLimit: 1_000, retryDelay: 1, retryBackoff: true, retryDelayMax: 3_600 }
  const options = { ...again, expireInSeconds: 300, retentionSeconds }
  await boss.createQueue(queues.deadlines, options)
  await boss.createQueue(queues.effects, { ...options, policy: 'key_strict_fifo' })
  await boss.createQueue(queues.deadLetters, { retentionSeconds })
}

/**
 * A store whose alarm clock and outbox are pg-boss: what a commit plans and asks for becomes jobs, through `db`, which
 * is the transaction that the store writes in. So they are there when the commit is, and not otherwise.
 */
export function withJobs(store: Store, boss: PgBoss, db: Db): Store {
  return {
    ...store,
    async commit(commit) {
      const { tenant } = commit
      const outcome = await store.commit({ ...commit, effects: [] })
      if (!outcome.ok) return outcome
      // the one job of this ticket, wherever it stood before; one that comes for nothing finds nothing due
      for (const { ticketId, nextAt } of commit.changes)
        if (nextAt !== null)
          await boss.upsert(queues.deadlines, { tenant, ticketId } satisfies DeadlineJob, {
            singletonKey: keyOf(tenant, ticketId),
            startAfter: new Date(nextAt),
            db,
          })
      if (commit.effects.length > 0)
        await boss.insert(
          queues.effects,
          commit.effects.map((effect) => ({
            id: jobIdOf(tenant, effect.id),
            data: { tenant, effect } satisfies EffectJob,
            singletonKey: keyOf(tenant, effect.ticketId),
            startAfter: new Date(effect.dueAt),
          })),
          { db },
        )
      return outcome
    },
  }
}

/** Two tenants may have a ticket of the same id. */
const keyOf = (tenant: string, id: string): string => JSON.stringify([tenant, id])

/** pg-boss names jobs by UUID: the same effect is the same job. */
function jobIdOf(tenant: string, effectId: string): string {
  const digest = createHash('sha256').update(keyOf(tenant, effectId)).digest('hex')
  return digest.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-5$3-8$4-$5')
}

/** The store as one deadline sees it: this ticket is due. */
export const dueIs = (store: Store, ticketId: string): Store => ({ ...store, due: async () => [ticketId] })

/**
 * The store as the job of one effect sees it: that is pending, once. The job is what settles it, by
 * ending; and what has it tried again, by failing. One that is given up is a dead letter, and its
 * job has ended: what comes after it goes on.
 */
export function pendingIs(
  store: Store,
  effect: PendingEffect,
  giveUp: (letter: DeadLetterJob) => Promise<unknown>,
): Store {
  let pending = [effect]
  return {
    ...store,
    effects: async () => {
      const taken = pending
      pending = []
      return taken
    },
    settle: async () => {},
    defer: async (_tenant, effectId) => {
      throw new Error(`${effectId} could not be delivered`)
    },
    bury: async (tenant, _effectId, reason) => {
      const { attempts: _, ...given } = effect
      await giveUp({ tenant, effect: given, reason })
    },
  }
}

/** Keeps a dead letter until somebody redrives it to `queues.effects`, or deletes it. */
export const keepDeadLetter =
  (boss: PgBoss, db: Db) =>
  (letter: DeadLetterJob): Promise<unknown> =>
    boss.insert(queues.deadLetters, [{ data: letter, singletonKey: keyOf(letter.tenant, letter.effect.ticketId) }], {
      db,
    })

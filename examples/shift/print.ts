import type { Shift, Taken } from './work.ts'

const clock = (at: number) => new Date(at).toISOString().slice(11, 16)

/** One ticket taken, and why it was this one. */
export function line({ at, agent, next, rank, waiting, waitedMs }: Taken): string {
  const { ticket, reason } = next
  const counts = new Map<string, number>()
  for (const { because } of reason.passedOver) counts.set(because, (counts.get(because) ?? 0) + 1)
  const passed = [...counts].map(([because, count]) => `${count} by ${because}`).join(', ')
  const why = rank === 0 ? 'first in the queue' : `passed over ${passed || 'none'}`
  const waited = `${Math.round(waitedMs / 60_000)} min`
  return `${clock(at)}  ${agent.padEnd(5)} ${ticket.reference}  ${ticket.priority.padEnd(7)} ${String(ticket.category).padEnd(12)} waited ${waited.padStart(8)}  ${rank + 1} of ${waiting}: ${why}`
}

export function summary({ taken, left, idle }: Shift): string {
  const by = Map.groupBy(taken, ({ agent }) => agent)
  const each = [...by].map(([agent, list]) => `${agent} ${list.length}`).join(', ')
  const longest = Math.max(0, ...taken.map(({ waitedMs }) => waitedMs)) / 60_000
  return `${taken.length} incidents taken (${each}), the longest wait ${Math.round(longest)} min; ${left} left; ${idle} times somebody had nothing to take while others waited`
}

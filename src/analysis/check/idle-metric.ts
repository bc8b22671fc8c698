import type { MessageRole } from '../../model/message.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { neverStarts, neverWhileOpen } from '../signal-time.ts'
import { targetsOf } from '../target-at.ts'

/** Metrics of one's own that measure nothing: no target asks, no cycle can start, or none can be met. */
export const idleMetrics: Check = (linted) => [...ownMetrics(linted), ...startedByNobody(linted)]

function ownMetrics(linted: Linted): Finding[] {
  const { json, definition } = linted
  const { workflow } = definition
  const targets = targetsOf(linted)
  return (json.metrics ?? []).flatMap((metric, i): Finding[] => {
    const { name, starts, fulfilledBy, onLeavingWork = 'cancel' } = metric
    const path = `metrics[${i}]`
    const own = targets.filter(({ target }) => target.metric === name)
    const found: Finding[] = []
    if (own.length === 0)
      found.push({ code: 'unused_metric', path, sentence: `no level has a target for ${name}: nothing measures it` })
    if (starts.every(({ on, if: facts = [] }) => neverStarts(on, workflow) || excludes(facts)))
      found.push({
        code: 'metric_never_starts',
        path: `${path}.starts`,
        sentence: `no cycle of ${name} can start: none starts while a ticket is resolved or closed, and its other signals or facts never come true`,
      })
    const fulfils = onLeavingWork === 'fulfil' || own.some(({ target }) => target.counts.resolving)
    if (!fulfils && fulfilledBy.every((signal) => neverWhileOpen(signal, workflow)))
      found.push({
        code: 'metric_never_met',
        path: `${path}.fulfilledBy`,
        sentence: `no cycle of ${name} can be met: nothing that fulfils it happens while a clock is open; name another signal, or let leaving work fulfil it`,
      })
    return found
  })
}

const excludes = (facts: readonly string[]) => facts.includes('inbound') && facts.includes('outbound')

/** Whose a signal can be; of the others nobody asks. */
const rolesOf: Readonly<Record<string, readonly MessageRole[]>> = {
  requesterMessage: ['requester', 'collaborator'],
  agentReply: ['agent'],
  botReply: ['bot', 'system'],
  note: ['agent', 'bot', 'system'],
}

/** Targets that only those may start whose signals the metric does not hear. */
const startedByNobody = (linted: Linted): Finding[] =>
  targetsOf(linted).flatMap(({ level, target, path }): Finding[] => {
    const { startedBy, row, metric } = target
    if (!startedBy || row.onReopen.mode === 'restart') return []
    const never = row.starts.every(({ on }) => rolesOf[on] && !rolesOf[on].some((role) => startedBy.has(role)))
    if (!never) return []
    return [
      {
        code: 'metric_never_starts',
        path: `${path}.startedBy`,
        sentence: `${metric} of level ${level} never starts: what starts it never comes from ${[...startedBy].join(' or ')}`,
      },
    ]
  })

import type { Status } from '../workflow/status.ts'
import type { Workflow } from '../workflow/workflow.ts'

/**
 * A workflow as a Mermaid state diagram: which status a ticket may be opened in, where people may move it
 * (solid), and what messages, waking and automatic closing do (labelled).
 * @example workflowDiagram(standardWorkflow).split('\n')[0] // => 'stateDiagram-v2'
 */
export function workflowDiagram(workflow: Workflow): string {
  const ids = new Map(workflow.statuses.map((status, i) => [status.name, `s${i}`]))
  const id = (name: string): string => ids.get(name) ?? ''
  return [
    'stateDiagram-v2',
    ...workflow.statuses.map((status) => `  state "${escaped(status.label ?? status.name)}" as ${id(status.name)}`),
    ...workflow.initial.map((name) => `  [*] --> ${id(name)}`),
    ...workflow.statuses.flatMap((from) =>
      arrowsFrom(workflow, from).map(
        ([to, label]) => `  ${id(from.name)} --> ${id(to)}${label === '' ? '' : ` : ${label}`}`,
      ),
    ),
    '',
  ].join('\n')
}

/** One arrow for each status that can follow, with what leads there by itself. */
function arrowsFrom(workflow: Workflow, from: Status): [to: string, label: string][] {
  const labels = new Map<string, string[]>(workflow.movesFrom(from.name, from.kind).map((to) => [to, []]))
  const add = (to: Status | undefined, label: string) => {
    if (to && to.name !== from.name) labels.set(to.name, [...(labels.get(to.name) ?? []), label])
  }
  add(workflow.reactionTo('agentReply', from.name, from.kind), 'agent reply')
  add(workflow.reactionTo('requesterMessage', from.name, from.kind), 'requester message')
  if (from.kind === 'postponed') {
    add(workflow.defaultOf('open'), 'wake')
    add(workflow.defaultOf('new'), 'wake, if it was new')
  }
  if (from.kind === 'resolved' && workflow.autoCloseAfterMs !== null) add(workflow.defaultOf('closed'), 'by itself')
  return [...labels].map(([to, by]) => [to, by.join(', ')])
}

/** Quotes end a Mermaid name, and entities are its way to write them. */
const escaped = (text: string): string =>
  text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;')

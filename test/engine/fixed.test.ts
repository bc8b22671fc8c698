import { defineDesk, defineWorkflow, standardWorkflow } from 'ticketwright'
import { expect, it } from 'vitest'

it('a definition stays as it was made', () => {
  const definition = defineDesk({ views: [{ id: 'all' }], tags: [{ name: 'vip' }] })
  const change = (run: () => unknown) => expect(run).toThrow(TypeError)
  change(() => (standardWorkflow.statuses as unknown[]).push({ name: 'Z', kind: 'open' }))
  change(() => (definition.workflow.initial as string[]).push('Answered'))
  change(() => (definition.priorities as unknown[]).pop())
  change(() => (definition.tags.tags as unknown[]).pop())
  change(() => (definition.views as Map<string, unknown>).set('mine', {}))
  change(() => (definition.levels as Map<string, unknown>).clear())
  change(() => (definition.calendars as Map<string, unknown>).delete('alwaysOpen'))
  change(() => Object.assign(definition, { version: 'x' }))
  expect([...definition.views.keys()]).toEqual(['all'])
})

it('a workflow is not what its input becomes later', () => {
  const statuses = [
    { name: 'A', kind: 'new' as const },
    { name: 'B', kind: 'open' as const },
    { name: 'C', kind: 'resolved' as const },
  ]
  const workflow = defineWorkflow({ statuses })
  statuses.pop()
  expect(workflow.statuses.map(({ name }) => name)).toEqual(['A', 'B', 'C'])
  expect(workflow.definition.statuses).toHaveLength(3)
})

import { defineWorkflow, standardWorkflow } from 'ticketwright'
import { workflowDiagram } from 'ticketwright/render'
import { expect, test } from 'vitest'

test('the standard workflow is drawn with its moves, reactions, wakes and automatic closing', () => {
  const lines = workflowDiagram(standardWorkflow).trimEnd().split('\n')
  expect(lines[0]).toBe('stateDiagram-v2')
  expect(lines).toContain('  state "New" as s0')
  expect(lines).toContain('  [*] --> s0')
  expect(lines).toContain('  s0 --> s1 : agent reply')
  expect(lines).toContain('  s1 --> s2 : requester message')
  expect(lines).toContain('  s3 --> s2 : requester message, wake')
  expect(lines).toContain('  s3 --> s0 : wake, if it was new')
  expect(lines).toContain('  s4 --> s5 : by itself')
  expect(lines).not.toContain('  s5 --> s0')
})

test('names of any language and quotes are drawn, not run', () => {
  const workflow = defineWorkflow({
    statuses: [
      { name: 'Uus "<b>"', kind: 'new' },
      { name: '進行中', kind: 'open' },
      { name: 'Lahendatud', kind: 'resolved' },
    ],
  })
  const drawn = workflowDiagram(workflow)
  expect(drawn).toContain('state "Uus #quot;#lt;b#gt;#quot;" as s0')
  expect(drawn).toContain('state "進行中" as s1')
})

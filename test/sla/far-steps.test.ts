import { expect, it } from 'vitest'
import { story } from '../story.ts'
import { desk } from './level.ts'

it('a step that lies more than ten years of open time ahead never fires, and is in nobody’s way', () => {
  const steps = [{ id: 'far', share: 10_000 }]
  const told = story(desk({ resolution: { within: '80000h', steps } })).open('Mon 09:00')
  expect(told.clock('resolution')).toMatchObject({ state: 'running', nextStepAt: null })
})

import { businessCalendar, DeskError, isDeskError, sentence, toInstant } from 'ticketwright'
import { describe, expect, it } from 'vitest'

function thrown(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('what a calendar throws', () => {
  const errors: [string, () => unknown][] = [
    ['invalid_definition', () => businessCalendar({ id: 'x' } as never)],
    ['unknown_zone', () => businessCalendar({ id: 'x', zone: 'Mars/Base', hours: {} })],
    ['invalid_instant', () => toInstant('yesterday', 'at')],
  ]

  it.each(errors)('is a DeskError: %s', (code, act) => {
    const error = thrown(act)
    expect(error).toBeInstanceOf(DeskError)
    if (!(error instanceof DeskError)) return
    expect(isDeskError(error)).toBe(true)
    expect(error.code).toBe(code)
    expect(error.message).toBe(sentence(error.issues[0] as never))
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      ...JSON.parse(JSON.stringify(error.issues[0])),
      message: error.message,
    })
  })

  it('is what the same refusal makes', () => {
    const error = thrown(() => toInstant('yesterday', 'at')) as DeskError
    expect({ ...new DeskError(error.issues[0] as never) }).toEqual({ ...error })
    expect(new DeskError(error.issues[0] as never).message).toBe(error.message)
  })

  it('is no instance of a class that extends DeskError, nor are other errors of DeskError', () => {
    class OwnError extends DeskError {}
    const own = new OwnError({ code: 'store_busy', facts: { reason: 'locked' } })
    expect(own).toBeInstanceOf(OwnError)
    expect(own).toBeInstanceOf(DeskError)
    expect(thrown(() => toInstant('yesterday'))).not.toBeInstanceOf(OwnError)
    expect(new TypeError('no')).not.toBeInstanceOf(DeskError)
    expect({ name: 'DeskError', code: 'store_busy' }).not.toBeInstanceOf(DeskError)
  })
})

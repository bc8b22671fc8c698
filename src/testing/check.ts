/** Assertions that need no test runner: each throws an Error that says in words what does not hold. */

export function check(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence)
}

/** Equal as JSON text, order of keys included. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`${what} is ${shortened(is)}, it should be ${shortened(should)}`)
}

const shortened = (text: string | undefined): string =>
  text === undefined ? 'undefined' : text.length > 500 ? `${text.slice(0, 500)}…` : text

/** Waits for a refusal of a code. */
export async function refused(work: Promise<unknown>, code: string, what: string): Promise<void> {
  let said = 'nothing'
  try {
    await work
  } catch (error) {
    said = String((error as { code?: unknown }).code ?? error)
  }
  if (said !== code) throw new Error(`${what} should be refused with ${code}; the store said ${said}`)
}

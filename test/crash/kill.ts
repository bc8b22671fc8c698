import type { End, Victim } from './victim.ts'

/** Statements of which one is a writer's last. */
const lastStatement = 400

/**
 * Starts a writer that is to die: half of them kill themselves at a statement, which they are started with (0: at
 * none), and half are killed a moment after their first word, `longestMs` at most.
 */
export async function killOne<Word>(
  random: () => number,
  longestMs: number,
  start: (statement: number) => Victim<Word>,
): Promise<End<Word>> {
  if (random() < 0.5) return start(1 + Math.floor(random() * lastStatement)).ended
  const afterMs = random() * longestMs
  const victim = start(0)
  await victim.begun
  setTimeout(victim.kill, afterMs)
  return victim.ended
}

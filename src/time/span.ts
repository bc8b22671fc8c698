/** Sorted, disjoint, half-open stretches of instants: `[from, to, from, to, …]`. */
export type Spans = readonly number[]

/**
 * The time in which at least `depth` of the lists hold: 1 is their union, as many as there are lists their
 * intersection. For a union the stretches of a list may overlap and come in any order. Stretches that touch become one.
 */
export function overlay(lists: readonly Spans[], depth: number): number[] {
  // an edge is its instant doubled, plus one for an end: one sort of numbers puts starts before ends
  const edges: number[] = []
  for (const list of lists) for (let i = 0; i < list.length; i++) edges.push((list[i] as number) * 2 + (i & 1))
  const sorted = Float64Array.from(edges).sort()
  const spans: number[] = []
  let open = 0
  for (const edge of sorted) {
    const end = edge % 2 !== 0
    const at = end ? (edge - 1) / 2 : edge / 2
    if (open === (end ? depth : depth - 1)) {
      if (spans.at(-1) === at) spans.pop()
      else spans.push(at)
    }
    open += end ? -1 : 1
  }
  return spans
}

/** What is left of `open` outside `closed`. */
export function without(open: Spans, closed: Spans): number[] {
  const last = open.at(-1)
  if (last === undefined || !closed.length) return [...open]
  const gaps = [Math.min(open[0] as number, closed[0] as number) - 1, ...overlay([closed], 1)]
  return overlay([open, [...gaps, Math.max(last, gaps.at(-1) as number) + 1]], 2)
}

/** What lies within `[from, to)`. */
export function within(spans: Spans, from: number, to: number): number[] {
  return from < to ? overlay([spans, [from, to]], 2) : []
}

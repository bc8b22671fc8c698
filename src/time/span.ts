/** Sorted, disjoint, half-open stretches of instants: `[from, to, from, to, …]`. */
export type Spans = readonly number[]

/** Beyond every instant, and doubled still an exact number. */
const FAR_MS = 1e15

/**
 * The time in which at least `depth` of the lists hold: 1 is their union, as many as there are lists their
 * intersection. For a union the stretches of a list may overlap and come in any order. Stretches that touch become one.
 */
export function overlay(lists: readonly Spans[], depth: number): number[] {
  // an edge is its instant doubled, plus one for an end: one sort of numbers puts starts before ends
  const edges = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0))
  let count = 0
  let last = Number.NEGATIVE_INFINITY
  let sorted = true
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const edge = (list[i] as number) * 2 + (i & 1)
      if (edge < last) sorted = false
      edges[count++] = last = edge
    }
  }
  if (!sorted) edges.sort()
  const spans: number[] = []
  let open = 0
  for (const edge of edges) {
    const at = Math.floor(edge / 2)
    const end = at * 2 !== edge
    if (open === (end ? depth : depth - 1)) {
      if (spans[spans.length - 1] === at) spans.pop()
      else spans.push(at)
    }
    open += end ? -1 : 1
  }
  return spans
}

/** What is left of `open` outside `closed`. */
export function without(open: Spans, closed: Spans): Spans {
  return closed.length ? overlay([open, [-FAR_MS, ...closed, FAR_MS]], 2) : open
}

/** What lies within `[from, to)`. */
export function within(spans: Spans, from: number, to: number): number[] {
  const inside: number[] = []
  for (let i = 0; i < spans.length; i += 2) {
    const start = Math.max(from, spans[i] as number)
    const end = Math.min(to, spans[i + 1] as number)
    if (start < end) inside.push(start, end)
  }
  return inside
}

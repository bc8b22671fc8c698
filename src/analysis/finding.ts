import type { FieldTable } from '../condition/field.ts'
import type { Definition, DeskDefinition } from '../engine/definition.ts'

/** Something about a definition that its author should know. */
export interface Finding {
  /** What it is, for programs. */
  readonly code: string
  /** Where in the definition: `triggers[2].when`. */
  readonly path: string
  /** What it is, and what to do about it. */
  readonly sentence: string
  /** It works as it is written, and may well be meant; absent: it is hardly meant so. */
  readonly severity?: 'advice'
}

/** What a check looks at. */
export interface Linted {
  readonly definition: Definition
  readonly json: DeskDefinition
  readonly fields: FieldTable
}

/** One thing that lint looks for: independent of every other. */
export type Check = (linted: Linted) => readonly Finding[]

import type { GlobPart } from '../../condition/glob.ts'

/** Where databases differ in what conditions ask of them. Every text gets one value. */
export interface Dialect {
  /** Does a text stand in the column? */
  readonly contains: (column: string) => string
  /** Does all of the column fit a pattern? */
  readonly fits: (column: string) => string
  /** A pattern as the database writes it. */
  readonly pattern: (parts: readonly GlobPart[]) => string
}

const written =
  (wildcards: { readonly run: string; readonly one: string }, quote: (literal: string) => string) =>
  (parts: readonly GlobPart[]): string =>
    parts.map((part) => (typeof part === 'string' ? wildcards[part] : quote(part.literal.join('')))).join('')

/** `LIKE` of SQLite overlooks case, also where it should not; `GLOB` does not. */
export const sqlite: Dialect = {
  contains: (column) => `instr(${column}, ?) > 0`,
  fits: (column) => `${column} GLOB ?`,
  pattern: written({ run: '*', one: '?' }, (literal) => literal.replace(/[*?[]/g, '[$&]')),
}

export const postgres: Dialect = {
  contains: (column) => `strpos(${column}, ?) > 0`,
  fits: (column) => `${column} LIKE ? ESCAPE '\\'`,
  pattern: written({ run: '%', one: '_' }, (literal) => literal.replace(/[%_\\]/g, '\\$&')),
}

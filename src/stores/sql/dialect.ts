import type { GlobPart } from '../../condition/glob.ts'

/** Where databases differ in what questions ask of them. */
export interface Dialect {
  /** A finite number, written out; always a double. */
  readonly double: (number: string) => string
  /** Beyond every number a ticket keeps. */
  readonly infinity: string
  /** The instant by which leases are judged; gets one value. */
  readonly now: string
  /** Does a text stand in the column? Gets one value, as the next does. */
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
  double: (number) => number,
  infinity: '9e999',
  now: '?',
  contains: (column) => `instr(${column}, ?) > 0`,
  fits: (column) => `${column} GLOB ?`,
  pattern: written({ run: '*', one: '?' }, (literal) => literal.replace(/[*?[]/g, '[$&]')),
}

/** A number in its SQL is `numeric`, which counts otherwise than a double; without a value its own clock goes. */
export const postgres: Dialect = {
  double: (number) => `'${number}'::double precision`,
  infinity: `'Infinity'::double precision`,
  now: "coalesce(?::double precision, floor(date_part('epoch'::text, statement_timestamp()) * 1000::double precision))",
  contains: (column) => `strpos(${column}, ?::text) > 0`,
  fits: (column) => `${column} LIKE ? ESCAPE E'\\\\'`,
  pattern: written({ run: '%', one: '_' }, (literal) => literal.replace(/[%_\\]/g, '\\$&')),
}

/**
 * An instant in SQL, in milliseconds: the one that is given, or now by the server's clock. It goes on within a statement
 * and a transaction, so that who waited is judged by when they come; where it must be asked once, that an index can be
 * asked by it, it stands in a SELECT of its own.
 */
export const instant = (given: string): string =>
  `coalesce(${given}, floor(date_part('epoch'::text, clock_timestamp()) * 1000::double precision))`

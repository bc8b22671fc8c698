/** What somebody may plant for whom a schema is open. */
const types = [
  ...['integer', 'bigint', 'smallint', 'double precision', 'numeric', 'boolean', 'oid', 'regclass', 'timestamptz'],
  ...['text', 'varchar', 'name', 'json', 'jsonb', 'text[]', 'json[]', 'jsonb[]'],
]
const operators = ['=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '||', '&&', '@>', '->', '->>', '~~']

const list = (names: readonly string[]) => `ARRAY[${names.map((name) => `'${name}'`).join(', ')}]`

/**
 * Makes a schema `trap`: for each operator and each of the functions, with every combination of types that PostgreSQL's
 * own are not made for, one that says that it was called. A call whose types PostgreSQL would have to convert, or finds
 * for any type, comes here if the schema is in the path of the session.
 */
export const trap = (functions: readonly string[]): string => `
CREATE SCHEMA trap;
DO $trap$
DECLARE
  of text; left_type text; right_type text;
  body text := 'LANGUAGE plpgsql AS $body$BEGIN RAISE EXCEPTION ''trapped''; END$body$';
BEGIN
  FOREACH left_type IN ARRAY ${list(types)} LOOP
    FOREACH right_type IN ARRAY ${list(types)} LOOP
      EXECUTE format('CREATE FUNCTION trap.pair(a %s, b %s) RETURNS boolean %s', left_type, right_type, body);
      FOREACH of IN ARRAY ${list(operators)} LOOP
        IF to_regoperator(format('pg_catalog.%s(%s, %s)', of, left_type, right_type)) IS NULL THEN
          EXECUTE format('CREATE OPERATOR trap.%s (FUNCTION = trap.pair, LEFTARG = %s, RIGHTARG = %s)', of, left_type, right_type);
        END IF;
      END LOOP;
      FOREACH of IN ARRAY ${list(functions)} LOOP
        IF to_regprocedure(format('pg_catalog.%I(%s, %s)', of, left_type, right_type)) IS NULL THEN
          EXECUTE format('CREATE FUNCTION trap.%I(a %s, b %s) RETURNS boolean %s', of, left_type, right_type, body);
        END IF;
      END LOOP;
    END LOOP;
    FOREACH of IN ARRAY ${list(functions)} LOOP
      IF to_regprocedure(format('pg_catalog.%I(%s)', of, left_type)) IS NULL THEN
        EXECUTE format('CREATE FUNCTION trap.%I(a %s) RETURNS boolean %s', of, left_type, body);
      END IF;
    END LOOP;
  END LOOP;
END $trap$`

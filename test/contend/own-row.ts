/** A table of the application's own: a row for each command that it gave within a transaction. */
export const ownRow = {
  create: 'CREATE TABLE own_rows (command_id text PRIMARY KEY)',
  insert: 'INSERT INTO own_rows VALUES ($1)',
  all: 'SELECT command_id FROM own_rows',
  grant: (role: string) => `GRANT INSERT ON own_rows TO ${role}`,
} as const

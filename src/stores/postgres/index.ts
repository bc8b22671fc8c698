export type { PostgresClient } from './connection/client.ts'
export type { MigrationOptions, PostgresOptions } from './option.ts'
export { type PostgresStore, postgresStore } from './postgres-store.ts'
export { migratePostgres } from './start/migrate.ts'

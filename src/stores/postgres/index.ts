export type { PostgresClient } from './client.ts'
export { type PostgresOptions, type PostgresStore, postgresStore } from './postgres-store.ts'
export { migratePostgres } from './prepare.ts'

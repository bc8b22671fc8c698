export type { PostgresClient } from './client.ts'
export { type PostgresOptions, postgresStore } from './postgres-store.ts'
export { migratePostgres } from './prepare.ts'

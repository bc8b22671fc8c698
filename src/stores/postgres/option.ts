import type { Clock } from '../../time/clock.ts'
import { checkedOptions, clockOption, type OptionRule, patienceOption } from '../option.ts'

export interface PostgresOptions {
  /** Where the tables are, and nothing else: letters, digits and _, not `public`; `ticketwright` unless said. */
  readonly schema?: string
  /** Judges leases and what is due; the server's own unless given, so that all machines go by one. For tests. */
  readonly clock?: Clock
  /** How long a write is tried again while others hold what it needs, in ms (0 to an hour): 5,000 unless said. */
  readonly patienceMs?: number
  /** Starts also where `synchronous_commit` is off: a crash of the server loses what it acknowledged last. */
  readonly mayLoseCommits?: boolean
  /**
   * Tells the server with every statement whose rows it is about, for tables with row security: made by
   * `migratePostgres(owner, { rowSecurity: true })`, and used by a role that does not own them. What forgets the tenant
   * sees nothing then.
   */
  readonly rowSecurity?: boolean
}

export interface MigrationOptions {
  /** As in `postgresStore`. */
  readonly schema?: string
  /**
   * True: the tables get row security by tenant, which binds every role but their owner and those that bypass it; what
   * is gone of it is made again. False: it is taken away. Unless said it stays as it is, brought up to this release.
   */
  readonly rowSecurity?: boolean
}

export const defaultSchema = 'ticketwright'

const truth: OptionRule = { fits: (value) => typeof value === 'boolean', needs: 'true or false is needed' }
const name: OptionRule = { fits: (value) => typeof value === 'string', needs: 'a name is needed' }

/** @throws DeskError `invalid_command` with the path of an option that is none */
export const checkedStore = (options: PostgresOptions): PostgresOptions =>
  checkedOptions(options, {
    ...{ schema: name, clock: clockOption, patienceMs: patienceOption, mayLoseCommits: truth, rowSecurity: truth },
  })

/** The same for migrations. */
export const checkedMigration = (options: MigrationOptions): MigrationOptions =>
  checkedOptions(options, { schema: name, rowSecurity: truth })

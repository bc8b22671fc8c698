import { type Column, filled } from '../../sql/column.ts'
import { postgres } from '../../sql/dialect.ts'
import { readyIn } from '../../sql/order.ts'
import { commitFunctions } from './commit-function.ts'
import { effectFunctions } from './effect-function.ts'
import { feedFunctions } from './feed-function.ts'
import { leaseFunctions } from './lease-function.ts'
import { modelRows } from './model-rows.ts'

/** Numbers are doubles, as in JavaScript, so that none is rounded and every index fits what is asked. */
const typed = ({ column, type, always }: Column) =>
  `${column} ${type === 'TEXT' ? text : 'double precision'}${always ? ' NOT NULL' : ''}`

/** In the order of its bytes, whatever the database's own. */
const text = 'text COLLATE "C"'

const generated = [...readyIn(postgres)].map(
  ([term, column]) => `${column} double precision NOT NULL GENERATED ALWAYS AS (${term}) STORED`,
)

const index = (name: string, on: string, where = '') =>
  `CREATE INDEX tickets_${name} ON @tickets (${on})${where && ` WHERE ${where}`}`

/**
 * The tables, version by version: what was released is never changed, only added to. Each version is one statement of
 * PL/pgSQL, done whole or not at all. The tenant comes first in every key. JSON is text: what comes back is what was
 * written, byte for byte.
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE @tickets (
      tenant ${text} NOT NULL,
      id ${text} NOT NULL,
      version integer NOT NULL,
      ${filled.map(typed).join(',\n      ')},
      next_at double precision,
      planned_by ${text} NOT NULL,
      traits text[] COLLATE "C" NOT NULL,
      ticket text NOT NULL,
      ${generated.join(',\n      ')},
      PRIMARY KEY (tenant, id),
      UNIQUE (tenant, reference)
    )`,
    index('fifo', 'tenant, actionable, opened_at, id'),
    index('priority', 'tenant, actionable, by_priority, opened_at, id'),
    index('effort', 'tenant, actionable, by_effort, opened_at, id'),
    index('due', 'tenant, actionable, sla_rank, by_due, id'),
    index('waiting', 'tenant, actionable, by_waiting, id'),
    index('slack', 'tenant, actionable, by_standing, by_slack, id'),
    index('value', 'tenant, actionable, by_value, opened_at, id'),
    index('contact', 'tenant, actionable, by_contact, opened_at, id'),
    index('age', 'tenant, actionable, by_age, id'),
    index('assignee', 'tenant, assignee, actionable'),
    index('department', 'tenant, department, actionable'),
    index('requester', 'tenant, requester_id, actionable'),
    index('status', 'tenant, status, actionable'),
    index('kind', 'tenant, kind, actionable'),
    index('next', 'tenant, next_at, id', 'next_at IS NOT NULL'),
    index('plan', 'tenant, planned_by, next_at, id', `kind <> 'closed'`),
    'CREATE INDEX tickets_traits ON @tickets USING gin (traits)',

    'CREATE SEQUENCE @positions',
    `CREATE TABLE @events (
      tenant ${text} NOT NULL,
      ticket_id ${text} NOT NULL,
      version integer NOT NULL,
      position bigint NOT NULL DEFAULT nextval('@positions'),
      event text NOT NULL,
      PRIMARY KEY (tenant, ticket_id, version)
    )`,
    'CREATE INDEX events_feed ON @events (tenant, position)',

    `CREATE TABLE @external_ids (
      tenant ${text} NOT NULL,
      external_id ${text} NOT NULL,
      ticket_id ${text} NOT NULL,
      command_id ${text},
      PRIMARY KEY (tenant, external_id)
    )`,

    `CREATE TABLE @receipts (
      tenant ${text} NOT NULL,
      command_id ${text} NOT NULL,
      at double precision NOT NULL,
      receipt text NOT NULL,
      PRIMARY KEY (tenant, command_id)
    )`,
    'CREATE INDEX receipts_at ON @receipts (tenant, at)',

    `CREATE TABLE @leases (
      tenant ${text} NOT NULL,
      ticket_id ${text} NOT NULL,
      holder ${text} NOT NULL,
      token integer NOT NULL,
      until double precision NOT NULL,
      PRIMARY KEY (tenant, ticket_id)
    )`,
    'CREATE INDEX leases_holder ON @leases (tenant, holder, until)',

    `CREATE TABLE @presence (
      tenant ${text} NOT NULL,
      ticket_id ${text} NOT NULL,
      person ${text} NOT NULL,
      doing ${text} NOT NULL,
      since double precision NOT NULL,
      until double precision NOT NULL,
      PRIMARY KEY (tenant, ticket_id, person)
    )`,
    'CREATE INDEX presence_until ON @presence (tenant, until)',

    'CREATE SEQUENCE @turn_numbers',
    `CREATE TABLE @turns (
      tenant ${text} NOT NULL,
      agent ${text} NOT NULL,
      turn double precision NOT NULL,
      PRIMARY KEY (tenant, agent)
    )`,

    'CREATE SEQUENCE @effect_positions',
    `CREATE TABLE @effects (
      tenant ${text} NOT NULL,
      id ${text} NOT NULL,
      position bigint NOT NULL DEFAULT nextval('@effect_positions'),
      ticket_id ${text} NOT NULL,
      due_at double precision NOT NULL,
      hidden_until double precision NOT NULL DEFAULT 0,
      attempts integer NOT NULL DEFAULT 0,
      settled integer NOT NULL DEFAULT 0,
      effect text NOT NULL,
      reason text,
      PRIMARY KEY (tenant, id)
    )`,
    'CREATE INDEX effects_due ON @effects (tenant, due_at, position) WHERE settled = 0',
    'CREATE INDEX effects_order ON @effects (tenant, ticket_id, due_at, position) WHERE settled = 0',
    'CREATE INDEX effects_settled ON @effects (tenant, hidden_until) WHERE settled = 1',
    'CREATE INDEX effects_buried ON @effects (tenant, position) WHERE settled = 2',

    `CREATE TABLE @numbers (
      tenant ${text} NOT NULL PRIMARY KEY,
      last double precision NOT NULL
    )`,

    ...feedFunctions,
    ...commitFunctions,
    ...leaseFunctions,
    ...effectFunctions,
    ...modelRows,
  ],
]

/** The version of the tables that this release makes. */
export const knownVersion = migrations.length

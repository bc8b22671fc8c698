import * as z from 'zod'
import type { ConditionUse } from '../condition/condition.ts'
import { conditionJsonSchema } from '../condition/json-schema.ts'
import { bounds } from '../model/bounds.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { Body, DurationInput, ExternalId, Id, InstantInput, Line, Name } from '../model/schema.ts'
import { effectKinds, effectRow } from '../rules/effect.ts'
import { WithinSchema } from '../sla/within.ts'
import { WorkflowSchema } from '../workflow/workflow.ts'
import { macroCommands, ruleCommands, takesCanned } from './action.ts'
import { type CommandType, commandRow } from './command.ts'
import { DefinitionSchema } from './definition.ts'
import { fields } from './field.ts'

type Schema = JsonObject

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const line = (limit: number): Schema => ({ type: 'string', maxLength: limit })
const duration: Schema = {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: 315_360_000_000 },
    { type: 'string', maxLength: 40 },
    {
      type: 'object',
      properties: Object.fromEntries(
        ['hours', 'minutes', 'seconds', 'milliseconds'].map((unit) => [unit, { type: 'integer', minimum: 0 }]),
      ),
      additionalProperties: false,
      minProperties: 1,
    },
  ],
}
const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
const amount: Schema = {
  anyOf: [
    ref('duration'),
    {
      type: 'object',
      properties: { businessDays: { type: 'integer', minimum: 1, maximum: 3_650 } },
      required: ['businessDays'],
      additionalProperties: false,
    },
  ],
}

/** What zod cannot tell of schemas that check or parse by a function. */
const written = new Map<unknown, Schema>([
  [Id, { type: 'string', pattern: '^[A-Za-z0-9._:-]+$', maxLength: bounds.idCharacters }],
  [Name, { type: 'string', minLength: 1, maxLength: bounds.nameCharacters }],
  [Line, line(bounds.subjectCharacters)],
  [ExternalId, { ...line(bounds.externalIdCharacters), minLength: 1 }],
  [Body, { type: 'string' }],
  [InstantInput, { anyOf: [{ type: 'integer' }, { type: 'string', format: 'date-time' }] }],
  [DurationInput, ref('duration')],
  [WithinSchema, { anyOf: [{ type: 'null' }, amount, { type: 'object', additionalProperties: nullable(amount) }] }],
])

const schemaOf = (schema: z.ZodType): Schema => {
  const { $schema: _, ...found } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const known = written.get(zodSchema)
      if (!known) return
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
      Object.assign(jsonSchema, known)
    },
  })
  return found as unknown as Schema
}

const interval: Schema = {
  type: 'array',
  prefixItems: [ref('wallTime'), ref('wallTime')],
  minItems: 2,
  maxItems: 2,
}
const byDate: Schema = {
  type: 'object',
  propertyNames: { pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
  additionalProperties: { type: 'array', items: interval },
}
const calendarFacts = { id: schemaOf(Id), zone: { type: 'string', minLength: 1 } }
const combination = (key: 'union' | 'intersection'): Schema => ({
  type: 'object',
  properties: { ...calendarFacts, [key]: { type: 'array', items: schemaOf(Id), minItems: 1 } },
  required: ['id', 'zone', key],
  additionalProperties: false,
})
const holiday: Schema = { type: 'string', pattern: '^(\\d{4}-)?\\d{2}-\\d{2}$' }

/** Calendars are read by hand (`src/time`), so their form is written by hand. */
const calendar: Schema = {
  anyOf: [
    {
      type: 'object',
      properties: {
        ...calendarFacts,
        hours: {
          type: 'object',
          properties: Object.fromEntries(
            ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { type: 'array', items: interval }]),
          ),
          additionalProperties: false,
        },
        specialHours: byDate,
        closures: byDate,
        holidays: {
          type: 'array',
          items: {
            anyOf: [
              holiday,
              {
                type: 'object',
                properties: { date: holiday, name: { type: 'string' } },
                required: ['date'],
                additionalProperties: false,
              },
            ],
          },
        },
      },
      required: ['id', 'zone', 'hours'],
      additionalProperties: false,
    },
    combination('union'),
    combination('intersection'),
  ],
}

/** A schema of an object with a key more, or another form of one. */
function withKeys(schema: Schema, keys: Schema, required: readonly string[]): Schema {
  const before = (schema.required ?? []) as readonly string[]
  return {
    ...schema,
    properties: { ...keys, ...(schema.properties as Schema), ...keys },
    required: [...new Set([...required, ...before])],
  }
}

function commandSchemas(type: CommandType, use: 'rule' | 'macro'): readonly Schema[] {
  const form = schemaOf(commandRow(type).schema)
  const forced: Schema = use === 'rule' && /^(un)?setPriority$/i.test(type) ? { force: { type: 'boolean' } } : {}
  const named = withKeys(form, { type: { const: type }, ...forced }, ['type'])
  if (!takesCanned.has(type)) return [named]
  const { body: _, ...others } = named.properties as { readonly [key: string]: Json }
  const required = (named.required as readonly string[]).filter((key) => key !== 'body')
  const canned = { ...named, properties: { ...others, canned: schemaOf(Id) }, required: [...required, 'canned'] }
  return [named, canned]
}

function actionSchema(use: 'rule' | 'macro'): Schema {
  const effects = effectKinds.map((kind) =>
    withKeys(schemaOf(effectRow(kind).schema), { type: { const: kind }, when: ref('timeCondition') }, ['type']),
  )
  const commands: readonly CommandType[] = use === 'rule' ? ruleCommands : macroCommands
  return { anyOf: [...commands.flatMap((type) => commandSchemas(type, use)), ...effects] }
}

const uses: Readonly<Record<string, Omit<ConditionUse, 'name'>>> = {
  storedCondition: { classes: ['stored'] },
  slaCondition: { classes: ['stored'], except: Object.keys(fields).filter((name) => name.startsWith('sla.')) },
  eventCondition: { classes: ['stored', 'event'] },
  timeCondition: { classes: ['stored', 'clock'] },
}

/** What stands where in a definition, and zod sees only as any JSON. */
const places: Readonly<Record<string, Schema>> = {
  workflow: ref('workflow'),
  'calendars.[]': ref('calendar'),
  'slaRules.[].when': ref('slaCondition'),
  'views.[].when': ref('storedCondition'),
  'triggers.[].when': ref('eventCondition'),
  'triggers.[].do.[]': ref('ruleAction'),
  'timeRules.[].when': ref('timeCondition'),
  'timeRules.[].do.[]': ref('ruleAction'),
  'timeRules.[].after': {
    anyOf: [ref('duration'), { type: 'integer', minimum: -315_360_000_000 }],
  },
  'macros.[].when': ref('timeCondition'),
  'macros.[].do.[]': ref('macroAction'),
}

/** The schema with another one at a place, given step by step; a key that is not there stays away. */
function placed(schema: Schema, [step, ...rest]: readonly string[], value: Schema): Schema {
  if (step === undefined) return value
  if (step === '[]') return { ...schema, items: placed(schema.items as Schema, rest, value) }
  const properties = schema.properties as { readonly [key: string]: Schema }
  const inner = properties[step]
  return inner ? { ...schema, properties: { ...properties, [step]: placed(inner, rest, value) } } : schema
}

/**
 * The form of a whole definition as JSON Schema (2020-12), for editors and for those who check it elsewhere. Everything
 * that `compileDefinition` accepts fits it. What fits it may still be refused: names that do not exist, dates that are
 * none, priorities of one rank.
 */
export function definitionJsonSchema(): JsonObject {
  const root = Object.entries(places).reduce<Schema>(
    (schema, [place, value]) => placed(schema, place.split('.'), value),
    schemaOf(DefinitionSchema),
  )
  const conditions = Object.entries(uses).map(([name, use]) => [name, conditionJsonSchema(fields, use, name)])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Definition of a ticketwright desk',
    ...root,
    $defs: {
      ...((root.$defs ?? {}) as Schema),
      duration,
      wallTime: { type: 'string', pattern: '^\\d{2}:\\d{2}(:\\d{2})?$' },
      calendar,
      workflow: schemaOf(WorkflowSchema),
      ruleAction: actionSchema('rule'),
      macroAction: actionSchema('macro'),
      ...Object.fromEntries(conditions),
    },
  }
}

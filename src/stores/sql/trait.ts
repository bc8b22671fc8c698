import type { Leaf } from '../../condition/condition.ts'
import type { FieldType } from '../../condition/field.ts'
import { type Operator, operandOf, operators, type Scalar } from '../../condition/operator.ts'
import { foldText } from '../../model/text.ts'
import type { Ticket } from '../../model/ticket.ts'

/**
 * A trait is a field with a value that a ticket has in it, as one text: `tags\n"vip"`, `fields.region\n"north"`.
 * A column has room for one value of each ticket and is there for every ticket; of sets, and of fields that only the
 * application knows, a store keeps the traits of its tickets in an index, so that what few have is found at once.
 */
export type Trait = string

interface Source {
  readonly type: FieldType
  readonly read: (ticket: Ticket) => readonly unknown[]
}

/** The fields that have traits, besides custom fields that hold a text, a number or a truth. */
const sources: Readonly<Record<string, Source>> = {
  category: { type: 'name', read: ({ category }) => [category] },
  tags: { type: 'tags', read: ({ tagKeys }) => tagKeys },
  followers: { type: 'names', read: ({ followers }) => followers },
  collaborators: { type: 'names', read: ({ collaborators }) => collaborators },
  'requester.email': {
    type: 'text',
    read: ({ requester }) => (typeof requester?.email === 'string' ? [foldText(requester.email)] : []),
  },
}

const custom = 'fields.'

/** Longer texts are no traits: an index is for names. */
const maxTraitLength = 100

const isShort = (value: unknown): value is Scalar =>
  typeof value === 'string' ? value.length <= maxTraitLength : typeof value === 'number' || typeof value === 'boolean'

const traitOf = (field: string, value: Scalar): Trait => `${field}\n${JSON.stringify(value)}`

/** The traits of a ticket, each once. */
export function traitsOf(ticket: Ticket): readonly Trait[] {
  const known = Object.entries(sources).flatMap(([field, { read }]) =>
    read(ticket)
      .filter(isShort)
      .map((value) => traitOf(field, value)),
  )
  // a name with a dot leads to nobody: in conditions a dot is a step inwards
  const own = Object.entries(ticket.fields).flatMap(([name, value]) =>
    isShort(value) && isShortName(name) ? [traitOf(custom + name, value)] : [],
  )
  return [...new Set([...known, ...own])]
}

const isShortName = (name: string): boolean => name.length <= maxTraitLength && !name.includes('.')

function typeOf(field: string): FieldType | undefined {
  if (Object.hasOwn(sources, field)) return sources[field]?.type
  return field.startsWith(custom) && isShortName(field.slice(custom.length)) ? 'any' : undefined
}

/** Operators of which one value at least must be there. */
const asking: ReadonlySet<Operator> = new Set(['is', 'oneOf'])
const askingSets: ReadonlySet<Operator> = new Set(['hasAny', 'hasAll'])

/**
 * Groups of traits: a leaf holds for the tickets that have one at least of each group, and for no others. Undefined
 * where traits do not tell. Ticket and leaf are compared as conditions compare them.
 */
export function traitsMeant({ field, op, value }: Leaf): readonly (readonly Trait[])[] | undefined {
  const type = typeOf(field)
  if (type === undefined || !Object.hasOwn(operators, op)) return undefined
  const ofSet = type === 'tags' || type === 'names'
  if (!(ofSet ? askingSets : asking).has(op)) return undefined
  const operand = operandOf(operators[op], value, type)
  const values = (Array.isArray(operand) ? operand : [operand]) as readonly unknown[]
  if (values.length === 0 || !values.every(isShort)) return undefined
  const traits = values.map((one) => traitOf(field, one))
  return op === 'hasAll' ? traits.map((one) => [one]) : [traits]
}

/** Traits of which a ticket must have one at least for a leaf to hold; undefined where that does not follow. */
export const traitsAsked = (leaf: Leaf): readonly Trait[] | undefined => traitsMeant(leaf)?.[0]

import { bounds } from '../../model/bounds.ts'
import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { storeCase } from '../store-case.ts'

const { idCharacters, externalIdCharacters } = bounds

/**
 * Ids that no two of are the same: by case, by what looks like a number or a pattern, and by their last letter only.
 */
const ids = [
  ...['Key', 'key', 'KEY', 'key.', 'k_y', 'k-y', '10', '010', '1e1', '1E1', 'null', 'NaN'],
  ...['a', 'b', 'B'].map((last) => 'x'.repeat(idCharacters - 1) + last),
]

/** The same of texts that people choose: spaces, accents, folds, quotes, patterns and escapes; short, then long. */
const texts = [
  ...['<a@b>', '<A@b>', '<a@b> ', '<a@b>  ', ' <a@b>', 'straße', 'strasse', 'Straße', 'ı', 'i', 'I', 'İ'],
  ...[
    'caf\u00e9',
    'cafe\u0301',
    'cafe',
    'ａ',
    'a',
    '😀',
    '😁',
    '%',
    '_',
    '?',
    "'",
    '"',
    '\\',
    '\\\\',
    '--',
    '1',
    '01',
    '1.0',
  ],
]
const long = (length: number) =>
  ['a', 'A', 'ä', 'b'].flatMap((last) => [`${'é'.repeat(length - 1)}${last}`, `${'é'.repeat(length - 2)}${last} `])
/** A reference is a name of 200 characters at most. */
const references = [...texts, ...long(bounds.nameCharacters)]
const externalIds = [...texts, ...long(externalIdCharacters)]

export const nameCases = [
  storeCase('ids are told apart to the letter: of tickets, commands and effects', async (bench) => {
    const { store, tenant, at } = bench
    const opened = ids.map((id) => bench.opening(id))
    for (const [i, id] of ids.entries()) {
      const changes = [changeOf(null, opened[i] as (typeof opened)[number])]
      await bench.save({ changes, receipt: bench.receipt(id, changes), effects: [bench.effect(id, id)] })
    }
    for (const [i, id] of ids.entries()) {
      const { row, receipt } = await store.load(tenant, id, id)
      same(row?.ticket, opened[i]?.ticket, `the ticket ${id}`)
      same(receipt?.commandId, id, `the receipt of ${id}`)
      same(await store.history(tenant, id), opened[i]?.events, `the history of ${id}`)
    }
    const pending = async () => (await store.effects(tenant, { now: at, limit: 99 })).map(({ id }) => id)
    same(await pending(), ids, 'the effects, as they were saved')
    await store.settle(tenant, 'key')
    await store.bury(tenant, 'KEY', 'no such address')
    same(
      await pending(),
      ids.filter((id) => id !== 'key' && id !== 'KEY'),
      'the effects after two of them are done with',
    )
  }),

  storeCase('people are told apart to the letter: who holds, who looks, whose turn it is', async (bench) => {
    const { store, tenant } = bench
    for (const [i, id] of ids.entries()) {
      const lease = await store.claim(tenant, `t${i}`, id, 60_000)
      check(lease?.holder === id, `a free ticket should be held by ${id}, who claimed it`)
      for (const other of ids)
        if (other !== id)
          same(await store.claim(tenant, `t${i}`, other, 60_000), null, `the claim of ${other} on what ${id} holds`)
      same(await store.leases(tenant, id), [lease], `all that ${id} holds`)
      await store.announce(tenant, 't', id, 'viewing', 60_000)
      await bench.save({ turn: { agent: id, seen: 0 } })
    }
    const sorted = [...ids].sort(byCodeUnit)
    same(
      (await store.present(tenant, 't')).people.map(({ person }) => person),
      sorted,
      'who looks at the ticket, by name',
    )
    same(Object.keys(await store.turns(tenant)).sort(byCodeUnit), sorted, 'whose turn it was')
  }),

  storeCase('tenants are told apart to the letter', async (bench) => {
    const { store } = bench
    const tenants = ['a', 'A', 'a.', 'a-'].map((last) => `${bench.tenant}-${last}`)
    for (const tenant of tenants) {
      const changes = [changeOf(null, bench.opening('t1', { subject: tenant }, tenant))]
      await bench.save({ tenant, changes, receipt: bench.receipt('c1', changes) })
      same(await store.nextNumber(tenant), 1, `the first number of ${tenant}`)
    }
    for (const tenant of tenants)
      same((await store.load(tenant, 't1')).row?.ticket.subject, tenant, `the ticket of ${tenant}`)
  }),

  storeCase('external ids are told apart to the letter, whatever their length', async (bench) => {
    const { store, tenant } = bench
    for (const [i, externalId] of externalIds.entries())
      await bench.save({ changes: [changeOf(null, bench.opening(`t${i}`, { externalId }))] })
    for (const [i, externalId] of externalIds.entries())
      same(
        await store.lookup(tenant, { externalId }),
        { ticketId: `t${i}`, commandId: null },
        `the ticket of the external id ${JSON.stringify(externalId)}`,
      )
    for (const none of ['', '<a@b>   ', '<a@', 'STRASSE', '%a%', externalIds.at(-1)?.slice(0, 255) ?? ''])
      same(await store.lookup(tenant, { externalId: none }), null, `the ticket of ${JSON.stringify(none)}, nobody’s id`)
  }),

  storeCase('references are told apart to the letter, whatever their length', async (bench) => {
    const { store, tenant } = bench
    for (const [i, reference] of references.entries())
      await bench.save({ changes: [changeOf(null, bench.opening(`t${i}`, { reference }))] })
    for (const [i, reference] of references.entries())
      same(
        await store.lookup(tenant, { reference }),
        { ticketId: `t${i}`, commandId: null },
        `the ticket of the reference ${JSON.stringify(reference)}`,
      )
    for (const none of ['', '<a@b>   ', 'STRASSE', '%a%'])
      same(await store.lookup(tenant, { reference: none }), null, `the ticket of ${JSON.stringify(none)}, no reference`)
  }),
]

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

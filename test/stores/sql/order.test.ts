import type { SortValue } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { orderSql } from '../../../src/stores/sql/order.ts'

describe('what a table picks is picked by the database, whatever the type of the column', () => {
  it.each<[SortValue, sql: string, params: readonly string[]]>([
    [
      { pick: { field: 'requester.vip', values: { true: 2, false: 1 }, otherwise: 0 } },
      'CASE requester_vip WHEN 1.0 THEN 2.0 WHEN 0.0 THEN 1.0 ELSE 0.0 END',
      [],
    ],
    [
      { pick: { field: 'effortMinutes', values: { 0.5: 1 }, otherwise: 0 } },
      'CASE effort_minutes WHEN 0.5 THEN 1.0 ELSE 0.0 END',
      [],
    ],
    [
      { pick: { field: 'channel', values: { true: 1, '2': 3 }, otherwise: 0 } },
      'CASE channel WHEN ? THEN 3.0 WHEN ? THEN 1.0 ELSE 0.0 END',
      ['2', 'true'],
    ],
    [
      { among: { field: 'requester.vip', names: [true, 1, 'true'] } },
      'CASE WHEN requester_vip IN (1) THEN 0 ELSE 1 END',
      [],
    ],
  ])('%j', (by, sql, params) => {
    const order = orderSql([{ by, direction: 'ascending', nulls: 'last' }])
    expect(order).toMatchObject({ terms: [sql, 'id'], params })
  })
})

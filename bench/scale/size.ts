import type pg from 'pg'

/** What a table takes of the disk, its partitions together. */
export interface Size {
  readonly table: string
  readonly rows: number
  readonly rowBytes: number
  readonly indexBytes: number
}

export async function sizes(pool: pg.Pool): Promise<readonly Size[]> {
  const { rows } = await pool.query<Size>(
    `SELECT coalesce(parent.relname, own.relname) AS table, sum(greatest(own.reltuples, 0))::float8 AS rows,
       sum(pg_table_size(own.oid))::float8 AS "rowBytes", sum(pg_indexes_size(own.oid))::float8 AS "indexBytes"
     FROM pg_class AS own LEFT JOIN pg_inherits ON inhrelid = own.oid LEFT JOIN pg_class AS parent ON parent.oid = inhparent
     WHERE own.relnamespace = 'ticketwright'::regnamespace AND own.relkind = 'r'
     GROUP BY 1 HAVING sum(greatest(own.reltuples, 0)) > 10 ORDER BY 3 DESC`,
  )
  return rows
}

export const sizeOf = (sizes: readonly Size[], name: string): Size | undefined =>
  sizes.find((size) => size.table === name)

/** Bytes. */
export const total = (sizes: readonly Size[]): number =>
  sizes.reduce((sum, { rowBytes, indexBytes }) => sum + rowBytes + indexBytes, 0)

export interface IndexSize {
  readonly index: string
  readonly bytes: number
  readonly rows: number
}

/** Indexes of whole tables, the largest first. */
export async function indexSizes(pool: pg.Pool): Promise<readonly IndexSize[]> {
  const { rows } = await pool.query<IndexSize>(
    `SELECT relname AS index, pg_relation_size(oid)::float8 AS bytes, reltuples::float8 AS rows FROM pg_class
     WHERE relnamespace = 'ticketwright'::regnamespace AND relkind = 'i' AND reltuples > 1000 ORDER BY 2 DESC`,
  )
  return rows
}

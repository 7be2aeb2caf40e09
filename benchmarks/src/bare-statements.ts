import type pg from 'pg'

/** Runs a statement that is prepared once per connection. */
export async function run<Row extends pg.QueryResultRow>(
  db: pg.Pool | pg.PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  return (await db.query<Row>({ name, text, values: [...values] })).rows
}

/** Runs a statement that must affect one row. */
export async function runOnce(
  db: pg.Pool | pg.PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<void> {
  const { rowCount } = await db.query({ name, text, values: [...values] })
  if (rowCount !== 1) throw new Error(`${name} failed`)
}

/** Runs the writes of an operation in one transaction. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Row } from '@billfold/core/storage'

/** All rows by table name. */
export type Rows = Map<string, readonly Row[]>

/** Reads all rows. Returns an empty map if the file does not exist. */
export async function readRows(file: string): Promise<Rows> {
  try {
    const tables: unknown = JSON.parse(await readFile(file, 'utf8'), revive)
    if (!isTables(tables)) throw new Error(`${file} does not contain tables`)
    return new Map(Object.entries(tables))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
    throw error
  }
}

function isTables(value: unknown): value is Readonly<Record<string, Row[]>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray)
}

/** Writes all rows to a temporary file and renames it, so that readers never see a partial file. */
export async function writeRows(file: string, rows: Rows): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(rows), replace), { flush: true, mode: 0o600 })
  await rename(`${file}.new`, file)
}

// JSON has no bytes and no 64-bit integers: they are stored as tagged objects.

function replace(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: value.toString() }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
  return value
}

function revive(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('bigint' in value && typeof value.bigint === 'string') return BigInt(value.bigint)
  if ('bytes' in value && typeof value.bytes === 'string') return Uint8Array.from(Buffer.from(value.bytes, 'base64'))
  return value
}

import type { CellValue, Row } from '@billfold/core/storage'

/** Values that must appear nowhere but where they were sent, by name. */
export class Secrets {
  readonly #values = new Map<string, readonly string[]>()

  /** Notes a secret, and returns it. Throws if there is none: a flow that fails before its secret would find nothing. */
  add(name: string, value: unknown): string {
    if (typeof value !== 'string' || value.length < 6) throw new Error(`${name} is no secret: ${String(value)}`)
    this.#values.set(name, encodingsOf(value))
    return value
  }

  get names(): readonly string[] {
    return [...this.#values.keys()]
  }

  /** The names of the secrets that a text holds, as they are, in hex or in base64. */
  findIn(text: string): readonly string[] {
    const lower = text.toLowerCase()
    return this.names.filter((name) => this.#values.get(name)?.some((encoded) => lower.includes(encoded)))
  }
}

/** A secret as it is, in hex, in base64 and base64url at each position, and the bytes that it is the base64url or hex of in hex. */
function encodingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const decoded = /^[\w-]{20,}$/.test(secret) ? [Buffer.from(secret, 'base64url').toString('hex')] : []
  const ofHex = /^(?:[0-9a-f]{2}){16,}$/i.test(secret) ? toBase64(Buffer.from(secret, 'hex')) : []
  const all = [secret, bytes.toString('hex'), ...toBase64(bytes), ...decoded, ...ofHex]
  return [...new Set(all.map((text) => text.toLowerCase()))]
}

/** The texts that bytes give in base64 and base64url, by their position, without the characters that depend on their neighbours. */
function toBase64(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const own = text.slice(offset === 0 ? 0 : offset + 1, -2)
    return own.length < 6 ? [] : [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/** What a thief of a row reads: text as it is, bytes as they are and in hex. */
function toText(cell: CellValue | undefined): string {
  if (!(cell instanceof Uint8Array)) return String(cell)
  const bytes = Buffer.from(cell)
  return `${bytes.toString('latin1')} ${bytes.toString('hex')}`
}

/** The columns of a table whose cells hold secrets, as `table.column: secret`. */
export function findInRows(secrets: Secrets, table: string, rows: readonly Row[]): readonly string[] {
  const found = rows.flatMap((row) =>
    Object.entries(row).flatMap(([column, cell]) =>
      secrets.findIn(toText(cell)).map((name) => `${table}.${column}: ${name}`),
    ),
  )
  return [...new Set(found)]
}

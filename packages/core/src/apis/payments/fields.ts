import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import type { FieldCipher } from '../../payments/field-cipher.ts'

/** A field of a request: how long it may be, in characters, and whether callers who encrypt encrypt it. */
export interface FieldRule {
  readonly most: number
  readonly encrypted: boolean
  /** Whether it must be text: a JSON number is rounded before anybody sees it. */
  readonly exact?: boolean
}

/** The fields of a request, once they are open: absent ones, and empty ones, are undefined. */
export type Fields<K extends string> = Readonly<Partial<Record<K, string>>>

/** A field that callers who encrypt encrypt. */
export function encrypted(most = 256): FieldRule {
  return { most, encrypted: true }
}

/** An amount of money, which callers who encrypt encrypt: text alone, so that none is rounded. */
export function money(): FieldRule {
  return { most: 64, encrypted: true, exact: true }
}

/** A field that is never encrypted. */
export function plain(most = 256): FieldRule {
  return { most, encrypted: false }
}

/** The schema of a body, or a query, of these fields: texts, or numbers, which are read as texts where nothing is lost by it. */
export function fieldsSchema(rules: Readonly<Record<string, FieldRule>>): z.ZodType<Readonly<Record<string, unknown>>> {
  return z.object(
    Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [
        name,
        (rule.exact === true ? textOf(rule) : z.union([textOf(rule), z.number()])).nullable().optional(),
      ]),
    ),
  )
}

function textOf(rule: FieldRule): z.ZodString {
  return z.string().max(longest(rule))
}

/** Most characters of a field as it is sent: base64 of the UTF-8 bytes, an IV and a tag, where it may be encrypted. */
function longest({ most, encrypted: mayBe }: FieldRule): number {
  return mayBe ? Math.ceil((most * 4 + 64) / 3) * 4 : most
}

/** A caller who encrypts: the cipher, and the key in the header. */
export interface Encryption {
  readonly cipher: FieldCipher
  readonly tenant: string
  readonly callerKey: string
}

/**
 * Opens the fields that came.
 * @throws BillfoldError `field.undecipherable`, `input.invalid`
 */
export async function openFields<K extends string>(
  rules: Readonly<Record<K, FieldRule>>,
  came: Readonly<Record<string, unknown>>,
  encryption: Encryption | undefined,
): Promise<Fields<K>> {
  const fields: Partial<Record<K, string>> = {}
  for (const name of namesOf(rules)) {
    const value = came[name]
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') continue
    const text = String(value)
    const rule = rules[name]
    const open = rule.encrypted && encryption !== undefined ? await opened(encryption, text) : text
    if ([...open].length > rule.most || /[\0\p{Surrogate}]/u.test(open))
      throw new BillfoldError('input.invalid', { issues: [{ path: name, message: 'Too long, or no text' }] })
    if (open !== '') fields[name] = open
  }
  return fields
}

function opened({ cipher, tenant, callerKey }: Encryption, text: string): Promise<string> {
  return cipher.open(tenant, callerKey, text)
}

/** Seals these fields of a reply's data, at whatever depth. */
export async function sealFields(data: unknown, names: readonly string[], encryption: Encryption): Promise<unknown> {
  if (Array.isArray(data)) return Promise.all(data.map((item) => sealFields(item, names, encryption)))
  if (typeof data !== 'object' || data === null) return data
  const { cipher, tenant, callerKey } = encryption
  const entries = Object.entries(data).map(
    async ([name, value]: [string, unknown]): Promise<[string, unknown]> => [
      name,
      names.includes(name) && typeof value === 'string' && value !== ''
        ? await cipher.seal(tenant, callerKey, value)
        : value,
    ],
  )
  return Object.fromEntries(await Promise.all(entries))
}

/** A field that must be there. @throws BillfoldError `field.missing` */
export function needed<K extends string>(fields: Fields<K>, name: K): string {
  const value = fields[name]
  if (value === undefined || value.trim() === '')
    throw new BillfoldError('field.missing', { message: `${name} cannot be Null or an empty String` })
  return value
}

function namesOf<K extends string>(rules: Readonly<Record<K, FieldRule>>): readonly K[] {
  const names: K[] = []
  for (const name in rules) names.push(name)
  return names
}

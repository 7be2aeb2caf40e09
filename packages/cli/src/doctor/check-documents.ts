import { readBounded } from '@billfold/core/modules'
import { describeError, type Finding } from './finding.ts'
import { compareClocks } from './check-clock.ts'

type Document = Readonly<Record<string, unknown>>

/** A document that others look up under a host's URL, and what is wrong in it. */
interface WellKnown {
  /** The URL of the document of a host, given the URL at which an API or the host is mounted. */
  readonly locate: (base: URL) => URL
  readonly purpose: string
  readonly findFaults: (document: Document, base: URL) => readonly string[]
}

const documents: readonly WellKnown[] = [
  {
    locate: (base) => new URL(`${trimSlash(base.href)}/.well-known`),
    purpose: 'the authentication API',
    findFaults: (document, base) =>
      ['auth_endpoint', 'enrollment_check_endpoint'].flatMap((name) => differsFrom(document[name], name, base)),
  },
  {
    locate: (base) => new URL('/.well-known/webauthn', base),
    purpose: 'passkeys on several domains',
    findFaults: ({ origins }) =>
      Array.isArray(origins) && origins.every((origin) => String(origin).startsWith('https://'))
        ? []
        : ['origins must be a list of https origins'],
  },
  {
    locate: (base) => new URL(`/.well-known/openid-credential-issuer${trimSlash(base.pathname)}`, base),
    purpose: 'the issuer of credentials',
    findFaults: (document, base) => differsFrom(document['credential_issuer'], 'credential_issuer', base),
  },
  {
    locate: (base) => new URL('/.well-known/did.json', base),
    purpose: 'did:web',
    findFaults: ({ id }, base) =>
      id === `did:web:${encodeURIComponent(base.host)}` ? [] : [`id must be did:web:${encodeURIComponent(base.host)}`],
  },
]

const maxBytes = 1_000_000
const timeoutMs = 10_000

/**
 * Checks the documents that others look up at a host: that they are JSON without a redirect, and name the host by its public URL.
 * What a host does not serve is reported, and no problem.
 */
export async function checkDocuments(address: string): Promise<readonly Finding[]> {
  if (!URL.canParse(address) || !/^https?:/.test(address))
    return [
      {
        check: 'documents',
        state: 'problem',
        message: `${address} is not an http or https URL`,
        cure: 'correct --url',
      },
    ]
  const base = new URL(address)
  const insecure: readonly Finding[] =
    base.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(base.hostname)
      ? []
      : [
          {
            check: 'documents',
            state: 'warning',
            message: `${base.origin} is not https`,
            cure: 'browsers and wallets refuse it',
          },
        ]
  const found = await Promise.all(documents.map((document) => checkDocument(document, base)))
  return [...insecure, ...found.flat()]
}

async function checkDocument({ locate, purpose, findFaults }: WellKnown, base: URL): Promise<readonly Finding[]> {
  const url = locate(base)
  const check = url.pathname
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } })
    const text = await readBounded(response, maxBytes)
    const clock = toClock(response, base)
    if (response.status === 404)
      return [{ check, state: 'skipped', message: `not served; only needed for ${purpose}` }, ...clock]
    if (response.status !== 200)
      return [
        problem(check, `answers with status ${response.status}`, 'it must be public, without a redirect'),
        ...clock,
      ]
    const document = parseObject(text)
    if (document === undefined)
      return [problem(check, 'is no JSON object', 'check what your proxy serves at this path')]
    const faults = findFaults(document, base)
    if (faults.length === 0) return [{ check, state: 'ok', message: `fits, for ${purpose}` }, ...clock]
    return [...faults.map((fault) => problem(check, fault, 'set publicUrl, or what your proxy forwards')), ...clock]
  } catch (error) {
    return [problem(check, describeError(error), `check that ${base.origin} is reachable from here`)]
  }
}

function problem(check: string, message: string, cure: string): Finding {
  return { check, state: 'problem', message, cure }
}

function toClock(response: Response, base: URL): readonly Finding[] {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return []
  // The header has whole seconds.
  const finding = compareClocks(Date.now(), date + 500, base.host)
  return finding.state === 'ok' ? [] : [finding]
}

function parseObject(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined
  } catch {
    return undefined
  }
}

function differsFrom(value: unknown, name: string, base: URL): readonly string[] {
  const text = String(value)
  const isSame = URL.canParse(text) && new URL(text).origin === base.origin
  // A document of somebody else: as a JSON text it cannot control the terminal.
  return isSame ? [] : [`${name} is ${JSON.stringify(text.slice(0, 200))}, which is not at ${base.origin}`]
}

function trimSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text
}

import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import { checkedRequest, type Resolve } from '../outgoing/checked-request.ts'

/** A session service that is not ours, whose sessions may be opened here. */
export interface ForeignService {
  /** `https://sessions.example` or `https://sessions.example:8443`: compared exactly. */
  readonly origin: string
  /** The community that its sessions are for: `default`. */
  readonly community?: string
  /** Lets its name stand for private, loopback and link-local addresses: no. */
  readonly privateAddresses?: boolean
  /** PEM of the authority that signs its certificate, where the public ones do not. */
  readonly ca?: string
}

/** What a session of another service says. */
export interface ForeignSession {
  readonly url: string
  readonly service: ForeignService
  readonly info: ForeignInfo
}

/** The longest answer, in bytes, and how long it may take, in milliseconds, names and all. */
const limits = { bytes: 64 * 1024, milliseconds: 5000 } as const

const record = z.record(z.string(), z.unknown())
const privateInfo = z.union([record, z.string().max(8192).transform(parsedOrEmpty).pipe(record)])
const infoShape = z.object({
  sessionId: z.string().min(1).max(256),
  publicKey: z.string().max(128).optional(),
  origin: z.union([z.string().max(2048), record]).optional(),
  metadata: record.optional(),
  authtype: z.string().max(128).optional(),
  purpose: z.enum(['authenticate', 'enroll']).optional(),
  scopes: z.string().max(512).optional(),
  expiryTS: z.number().optional(),
  privateInfo: privateInfo.optional(),
})

type ForeignInfo = z.output<typeof infoShape>

/**
 * Reads a session from another session service: over https, from a listed origin only, without following redirects. The name is
 * resolved once, all of its addresses are checked, and the connection goes to the one that was checked.
 * @throws BillfoldError `session-url.refused`, whatever it is that does not do
 */
export async function readForeignSession(
  text: string,
  services: readonly ForeignService[],
  resolve?: Resolve,
): Promise<ForeignSession> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const service = services.find(({ origin }) => origin === url?.origin)
  if (url === undefined || service === undefined || url.protocol !== 'https:' || url.username + url.password !== '')
    throw new BillfoldError('session-url.refused')
  url.hash = ''
  try {
    const info = infoShape.parse(JSON.parse(await get(url, service, resolve)))
    if (hasExpired(info)) throw new Error('the session has expired')
    return { url: url.href, service, info }
  } catch (cause) {
    throw new BillfoldError('session-url.refused', { cause })
  }
}

/** `expiryTS` is in seconds since 1970, or in milliseconds. */
function hasExpired({ expiryTS }: ForeignInfo): boolean {
  if (expiryTS === undefined) return false
  return (expiryTS > 100_000_000_000 ? expiryTS : expiryTS * 1000) <= Date.now()
}

/** The dvcID that is found in a session's privateInfo. */
export function dvcIdOf({ privateInfo: hidden }: ForeignInfo): string | undefined {
  const id = hidden?.['dvcID'] ?? hidden?.['dvcId']
  return typeof id === 'string' && id.length <= 128 ? id : undefined
}

async function get(url: URL, { privateAddresses = false, ca }: ForeignService, resolve?: Resolve): Promise<string> {
  const { status, body } = await checkedRequest({
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    privateAddresses,
    ca,
    resolve,
    signal: AbortSignal.timeout(limits.milliseconds),
    mostBytes: limits.bytes,
    longer: 'refuse',
  })
  if (status !== 200) throw new Error(`the service answered ${status}`)
  return body
}

function parsedOrEmpty(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { ssrfSafeRequest, type DnsResolver } from '../../../platform/http-client/ssrf-safe-request.ts'

/** Another session service, whose sessions may be imported. */
export interface ForeignSessionService {
  /** The origin, compared exactly: `https://sessions.example` or `https://sessions.example:8443`. */
  readonly origin: string
  /** The community of its sessions. Default: `default`. */
  readonly community?: string
  /** Allows its host name to resolve to private, loopback and link-local addresses. Default: false. */
  readonly allowPrivateAddresses?: boolean
  /** PEM certificate of the authority that signed its certificate, if that is not a public one. */
  readonly ca?: string
}

/** A session fetched from another service. */
export interface ForeignSession {
  readonly url: string
  readonly service: ForeignSessionService
  readonly info: ForeignInfo
}

/** Limits of a fetch: the response body in bytes, and the time in milliseconds, including name resolution. */
const limits = { bytes: 64 * 1024, milliseconds: 5000 } as const

const record = z.record(z.string(), z.unknown())
/** Schema of a session's `privateInfo`: an object, or its JSON. Text that is not JSON counts as empty. */
export const privateInfoSchema = z.union([record, z.string().max(8192).transform(parseJsonOrEmpty).pipe(record)])
const sessionSchema = z.object({
  sessionId: z.string().min(1).max(256),
  publicKey: z.string().max(128).optional(),
  origin: z.union([z.string().max(2048), record]).optional(),
  metadata: record.optional(),
  authtype: z.string().max(128).optional(),
  purpose: z.enum(['authenticate', 'enroll']).optional(),
  scopes: z.string().max(512).optional(),
  expiryTS: z.number().optional(),
  privateInfo: privateInfoSchema.optional(),
})

type ForeignInfo = z.output<typeof sessionSchema>

/**
 * Fetches a session from another session service. Protected against SSRF: https and listed origins only, no redirects, no credentials
 * in the URL. The host name is resolved once, every address is checked, and the connection goes to a checked address.
 * @throws BillfoldError `session-url.rejected` for every failure
 */
export async function fetchForeignSession(
  sessionUrl: string,
  services: readonly ForeignSessionService[],
  resolve?: DnsResolver,
): Promise<ForeignSession> {
  const url = URL.canParse(sessionUrl) ? new URL(sessionUrl) : undefined
  const service = services.find(({ origin }) => origin === url?.origin)
  if (url === undefined || service === undefined || url.protocol !== 'https:' || url.username + url.password !== '')
    throw new BillfoldError('session-url.rejected')
  url.hash = ''
  try {
    const info = sessionSchema.parse(JSON.parse(await fetchText(url, service, resolve)))
    if (hasExpired(info)) throw new Error('the foreign session has expired')
    return { url: url.href, service, info }
  } catch (cause) {
    throw new BillfoldError('session-url.rejected', { cause })
  }
}

/** `expiryTS` is in epoch seconds or epoch milliseconds, depending on the service. */
function hasExpired({ expiryTS }: ForeignInfo): boolean {
  if (expiryTS === undefined) return false
  return (expiryTS > 100_000_000_000 ? expiryTS : expiryTS * 1000) <= Date.now()
}

/** Reads the id of the verification configuration (`dvcID`) from a session's `privateInfo`. */
export function parseDvcId({ privateInfo: hidden }: Pick<ForeignInfo, 'privateInfo'>): string | undefined {
  const id = hidden?.['dvcID'] ?? hidden?.['dvcId']
  return typeof id === 'string' && id.length <= 128 ? id : undefined
}

async function fetchText(
  url: URL,
  { allowPrivateAddresses = false, ca }: ForeignSessionService,
  resolveDns?: DnsResolver,
): Promise<string> {
  const { status, body } = await ssrfSafeRequest({
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    allowPrivateAddresses: allowPrivateAddresses,
    ca,
    resolveDns,
    signal: AbortSignal.timeout(limits.milliseconds),
    maxResponseBytes: limits.bytes,
    oversizedResponse: 'reject',
  })
  if (status !== 200) throw new Error(`the session service responded with status ${status}`)
  return body
}

function parseJsonOrEmpty(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

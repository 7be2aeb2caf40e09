import { lookup } from 'node:dns/promises'
import { request } from 'node:https'
import { isIP } from 'node:net'
import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import { isPublicAddress } from './public-address.ts'

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

/** Where names stand for addresses; the system's resolver by default. */
export type Resolve = (name: string) => Promise<readonly string[]>

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
  resolve: Resolve = systemResolve,
): Promise<ForeignSession> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const service = services.find(({ origin }) => origin === url?.origin)
  if (url === undefined || service === undefined || url.protocol !== 'https:' || url.username + url.password !== '')
    throw new BillfoldError('session-url.refused')
  url.hash = ''
  const deadline = AbortSignal.timeout(limits.milliseconds)
  try {
    const address = await inTime(checkedAddress(url, service, resolve), deadline)
    const info = infoShape.parse(JSON.parse(await get(url, address, service, deadline)))
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

async function checkedAddress(url: URL, service: ForeignService, resolve: Resolve): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  const [address] = addresses
  if (address === undefined) throw new Error('the name stands for no address')
  const allowed = service.privateAddresses === true || addresses.every(isPublicAddress)
  if (!allowed) throw new Error('the name stands for an address that is not public')
  return address
}

function get(url: URL, address: string, service: ForeignService, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        signal,
        agent: false,
        headers: { accept: 'application/json' },
        ...(service.ca !== undefined && { ca: service.ca }),
        // The address that was checked, whatever the name stands for by now.
        lookup: (_, { all }, callback) => {
          const family = isIP(address)
          if (all === true) callback(null, [{ address, family }])
          else callback(null, address, family)
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > limits.bytes) outgoing.destroy(new Error('the answer is too large'))
          else chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'))
          else reject(new Error(`the service answered ${response.statusCode}`))
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** A resolver has no time limit of its own. */
function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('it took too long')), { once: true })
    promise.then(resolve, reject)
  })
}

async function systemResolve(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}

function parsedOrEmpty(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

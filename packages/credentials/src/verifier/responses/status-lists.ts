import { readBounded, type Services, ssrfSafeRequest } from '@billfold/core/modules'
import { Refusal } from '../../formats/refusal.ts'
import { statusAt } from '../../formats/status-list/status-list.ts'
import { type VerifiedStatusList, verifyStatusListToken } from '../../formats/status-list/status-list-token.ts'
import { parseX5c, verifyPath } from '../../trust/certificate-path.ts'
import { isLoopback } from '../../redirect-uri.ts'
import type { VerifierSettings } from '../options.ts'

const maxCached = 100
const maxBytes = 4 * 1024 * 1024
const timeoutMs = 10_000
const maxAgeMs = 60 * 60 * 1000
const defaultTtlSeconds = 300

/** Extended key usages of a status list's signer: id-kp-oauthStatusSigning, or the document signer of the credentials themselves. */
const statusSigningUsages = ['1.3.6.1.5.5.7.3.30', '1.0.18013.5.1.2'] as const

/** A place in a status list, and the type of the credential that names it. */
export interface StatusReference {
  readonly uri: string
  readonly index: number
  readonly type: string
}

/** Status lists of issuers, cached in the process. */
export interface StatusLists {
  /** Returns the status of a credential. @throws Refusal `status.unavailable` */
  readonly statusOf: (reference: StatusReference) => Promise<number>
}

interface CachedList {
  readonly list: Promise<VerifiedStatusList>
  until: number
}

/**
 * Creates the cache: at most 100 lists, each for its `ttl`, an hour at most, and never beyond its `exp`. What failed is asked for
 * again the next time; requests for one list at the same time share one fetch.
 */
export function createStatusLists(
  services: Pick<Services, 'now'>,
  settings: Pick<VerifierSettings, 'issuers' | 'fetch'>,
): StatusLists {
  const cache = new Map<string, CachedList>()
  const load = (uri: string, type: string): Promise<VerifiedStatusList> => {
    const key = JSON.stringify([uri, type])
    const cached = cache.get(key)
    if (cached !== undefined && cached.until > services.now()) return cached.list
    const entry: CachedList = { list: loadList(services, settings, uri, type), until: services.now() + timeoutMs * 2 }
    cache.delete(key)
    cache.set(key, entry)
    const [oldest] = cache.keys()
    if (cache.size > maxCached && oldest !== undefined) cache.delete(oldest)
    entry.list.then(
      (list) => (entry.until = computeExpiry(list, services.now())),
      () => cache.get(key) === entry && cache.delete(key),
    )
    return entry.list
  }
  return {
    statusOf: async ({ uri, index, type }) => {
      const { statuses, bits } = await load(uri, type)
      const status = statusAt(statuses, bits, index)
      if (status === undefined) throw new Refusal('status.unavailable', 'the list is shorter than the index')
      return status
    },
  }
}

function computeExpiry({ ttl = defaultTtlSeconds, expiresAt }: VerifiedStatusList, now: number): number {
  return Math.min(
    now + Math.min(ttl * 1000, maxAgeMs),
    expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt * 1000,
  )
}

async function loadList(
  services: Pick<Services, 'now'>,
  { issuers, fetch }: Pick<VerifierSettings, 'issuers' | 'fetch'>,
  uri: string,
  type: string,
): Promise<VerifiedStatusList> {
  const url = URL.canParse(uri) && uri.length <= 2048 ? new URL(uri) : undefined
  // Loopback is reached with the option `fetch` only: otherwise no private address is.
  if (url === undefined || (url.protocol !== 'https:' && !isLoopback(url)))
    throw new Refusal('status.unavailable', 'the list has no https URI')
  const token = await fetchToken(url, fetch)
  const now = services.now()
  return verifyStatusListToken(token, {
    uri,
    now,
    resolveKey: async ({ x5c }) => {
      const path = { purpose: 'status', type, now, extendedKeyUsage: statusSigningUsages } as const
      try {
        return (await verifyPath(issuers, { ...path, chain: parseX5c(x5c) })).leaf.publicKey
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        throw new Refusal('status.unavailable', `the signer of the list: ${error.message}`, { cause: error })
      }
    },
  })
}

async function fetchToken(url: URL, fetch: VerifierSettings['fetch']): Promise<string> {
  const headers = { accept: 'application/statuslist+jwt' }
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const { status, body } =
      fetch === undefined
        ? await ssrfSafeRequest({
            url,
            method: 'GET',
            headers,
            signal,
            allowPrivateAddresses: false,
            maxResponseBytes: maxBytes,
            oversizedResponse: 'reject',
          })
        : await fetchWith(fetch, url, { headers, signal, redirect: 'manual' })
    if (status === 200) return body.trim()
  } catch (error) {
    throw new Refusal('status.unavailable', 'the list cannot be fetched', { cause: error })
  }
  throw new Refusal('status.unavailable', 'the list is not served')
}

async function fetchWith(
  fetch: typeof globalThis.fetch,
  url: URL,
  init: RequestInit,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(url, init)
  return { status: response.status, body: await readBounded(response, maxBytes) }
}

import { createStatusList, statusValues } from '../../formats/status-list/status-list.ts'
import { createStatusListToken } from '../../formats/status-list/status-list-token.ts'
import { issuerError } from '../issuer-error.ts'
import type { IssuerContext } from '../settings.ts'
import { issuedCredentials, type StatusListRow, statusLists } from '../tables.ts'
import { statusListSize } from './allocate-indexes.ts'

/** How long verifiers may keep a token, in seconds. */
export const statusListTtlSeconds = 300
const lifetimeSeconds = 3600

/** A signed status list. */
export interface StatusListToken {
  readonly token: string
  readonly etag: string
}

/** Signs status lists when asked, and remembers each until its version moves or it is too old. */
export interface StatusListTokens {
  /** @throws BillfoldError `credential.not-found` */
  readonly get: (ref: string) => Promise<StatusListToken>
}

interface CachedToken extends StatusListToken {
  readonly version: number
  readonly at: number
}

/** Lists that are remembered. */
const maxCached = 100
/** Rows that are read at once, between two turns of the event loop. */
const pageSize = 1000

/** Creates the signer of status lists of a process. */
export function createStatusListTokens(context: IssuerContext): StatusListTokens {
  const { services, tenant } = context
  const cache = new Map<string, CachedToken>()
  const signing = new Map<string, Promise<CachedToken>>()
  const sign = async (list: StatusListRow): Promise<CachedToken> => {
    const at = services.now()
    const made = { ...(await signList(context, list, at)), version: list.version, at }
    cache.delete(list.id)
    cache.set(list.id, made)
    for (const id of [...cache.keys()].slice(0, Math.max(0, cache.size - maxCached))) cache.delete(id)
    return made
  }
  return {
    get: async (ref) => {
      const [list] = await services.storage.find(statusLists, { where: { ref, tenant }, limit: 1 })
      if (list === undefined || list.state === 'retired') throw issuerError('credential.not-found')
      const cached = cache.get(list.id)
      const age = services.now() - (cached?.at ?? 0)
      if (cached?.version === list.version && age >= 0 && age < statusListTtlSeconds * 1000) return cached
      // Many verifiers ask at once when a list has changed: it is signed once.
      const key = `${list.id} ${list.version}`
      const running = signing.get(key) ?? sign(list).finally(() => signing.delete(key))
      signing.set(key, running)
      return running
    },
  }
}

async function signList(context: IssuerContext, list: StatusListRow, now: number): Promise<StatusListToken> {
  const { settings } = context
  const [signer] = settings.signers
  const bits = list.bits === 1 ? 1 : 2
  const statuses = createStatusList(statusListSize, bits)
  for await (const { listIndex, status } of listChanged(context, list.id))
    if (listIndex !== null) mark(statuses, bits, listIndex, status)
  const issuedAt = Math.floor(now / 1000)
  const token = await createStatusListToken({
    signer,
    uri: toStatusListUri(settings.publicUrl, list.ref),
    bits,
    statuses,
    issuedAt,
    expiresAt: issuedAt + lifetimeSeconds,
    ttl: statusListTtlSeconds,
  })
  return { token, etag: `"${list.version}-${issuedAt}"` }
}

/** Writes the status of an index, in place: a list has thousands of them (Token Status List section 4.1). */
function mark(statuses: Uint8Array, bits: 1 | 2, index: number, status: string): void {
  const perByte = 8 / bits
  const at = Math.floor(index / perByte)
  const value = status === 'suspended' && bits === 2 ? statusValues.suspended : statusValues.invalid
  statuses[at] = (statuses[at] ?? 0) | (value << ((index % perByte) * bits))
}

/** Lists the instances of a list that are not valid. */
async function* listChanged({ services }: IssuerContext, listId: string) {
  for (const status of ['revoked', 'suspended']) {
    let after = ''
    for (;;) {
      const rows = await services.storage.find(issuedCredentials, {
        where: { listId, status, id: { gt: after } },
        orderBy: [['id', 'asc']],
        limit: pageSize,
      })
      yield* rows
      if (rows.length < pageSize) break
      after = rows.at(-1)?.id ?? ''
    }
  }
}

/** The URL of a list, which names no user and no batch. */
export function toStatusListUri(publicUrl: string, ref: string): string {
  return `${publicUrl}/status-lists/${ref}`
}

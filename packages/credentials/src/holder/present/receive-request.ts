import { newId } from '@billfold/core'
import { randomSecret } from '@billfold/core/crypto'
import { getUser, parseBase64url } from '@billfold/core/modules'
import { batch, insert, remove, retryOnConflict } from '@billfold/core/storage'
import { z } from 'zod'
import { parseJsonObject } from '../../formats/json.ts'
import { holderError } from '../holder-error.ts'
import { findFreeSlot } from '../open-slots.ts'
import type { HolderContext } from '../settings.ts'
import { type ReceivedRequestRow, receivedRequests } from '../tables.ts'
import type { WalletResponse } from '../wallet-http.ts'
import { authenticateRequest, type ExpectedRequest } from './authenticate-verifier.ts'
import { listOptions, type RequestOption } from './list-options.ts'
import { type RequestObject, sealedRequests, type StoredRequest, type VerifierName } from './request-schema.ts'

/** How a request comes to the wallet: by a link or a QR code, or over the Digital Credentials API. */
export type RequestSource =
  | { readonly uri: string }
  | { readonly dcApi: { readonly protocol: string; readonly data: unknown; readonly origin: string } }

/** A request as it is shown to the user. */
export interface ShownRequest {
  readonly id: string
  readonly verifier: VerifierName
  /** What the verifier says that it is for. */
  readonly purpose: readonly string[]
  readonly transactionData: readonly { readonly type: string; readonly content: unknown }[]
  readonly options: readonly RequestOption[]
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

const lifetimeMs = 10 * 60 * 1000

/**
 * Fetches and authenticates a request. A request is received once: the same nonce of the same verifier again is refused.
 * @throws BillfoldError `user.not-found`, `request.malformed`, `request.ended`, `request.limit-reached`,
 *   `verifier.unauthenticated`, `verifier.unreachable`
 */
export async function receiveRequest(
  context: HolderContext,
  userId: string,
  source: RequestSource,
): Promise<ShownRequest> {
  const { services, tenant } = context
  await getUser(services, tenant, userId)
  // Nothing is fetched for a user who may have no further request.
  await getFreeSlot(context, userId)
  const { text, origin, ...expected } = await readSource(context, source)
  const { request, verifier } = await authenticateRequest(context, text, expected)
  assertTransport(request, origin)
  const stored: StoredRequest = {
    request,
    verifier,
    ...(origin !== undefined && { origin }),
    transactionData: parseTransactionData(context, request),
  }
  const key = { id: newId(), tenant }
  const now = services.now()
  const row = {
    ...key,
    userId,
    sealedRequest: await sealedRequests.seal(services, key, stored),
    once: await services.blindIndex.hash('received request', tenant, `${request.client_id} ${request.nonce}`),
    state: 'resolved',
    createdAt: now,
    expiresAt: now + lifetimeMs,
  }
  await storeRequest(context, row)
  const purposes = request.dcql_query.credential_sets?.flatMap(({ purpose }) => purpose ?? []) ?? []
  return {
    id: row.id,
    verifier,
    purpose: [...new Set(purposes)],
    transactionData: stored.transactionData.map(({ type, content }) => ({ type, content })),
    options: await listOptions(context, userId, request.dcql_query),
    expiresAt: row.expiresAt,
  }
}

/** Stores a request once, in a slot of its user. @throws BillfoldError `request.ended`, `request.limit-reached` */
async function storeRequest(context: HolderContext, row: Omit<ReceivedRequestRow, 'slot'>): Promise<void> {
  const { storage } = context.services
  const { userId, once } = row
  await retryOnConflict(async () => {
    const [earlier] = await storage.find(receivedRequests, { where: { userId, once }, limit: 1 })
    if (earlier !== undefined) throw holderError('request.ended')
    const slot = await getFreeSlot(context, userId)
    const expired = { userId, slot, expiresAt: { lte: row.createdAt } }
    await storage.commit(
      batch(
        remove(receivedRequests, { where: expired, expectedRows: 'any' }),
        insert(receivedRequests, { ...row, slot }),
      ),
    )
  })
}

/** @throws BillfoldError `request.limit-reached` */
async function getFreeSlot({ services }: HolderContext, userId: string): Promise<number> {
  const rows = await services.storage.find(receivedRequests, { where: { userId, slot: { gte: 0 } } })
  const slot = findFreeSlot(rows, services.now())
  if (slot === undefined) throw holderError('request.limit-reached')
  return slot
}

interface ReadRequest extends ExpectedRequest {
  readonly text: string
  /** The origin of the page, over the Digital Credentials API. */
  readonly origin?: string
}

const apiDataSchema = z.object({ request: z.string().max(512 * 1024) })

async function readSource(context: HolderContext, source: RequestSource): Promise<ReadRequest> {
  if ('dcApi' in source) {
    const { protocol, data, origin } = source.dcApi
    if (protocol === 'openid4vp-v1-unsigned') throw unsigned()
    const parsed = apiDataSchema.safeParse(data)
    if (protocol !== 'openid4vp-v1-signed' || !parsed.success) throw holderError('request.malformed')
    return { text: parsed.data.request, origin }
  }
  if (source.uri.length > 8192 || !URL.canParse(source.uri)) throw holderError('request.malformed')
  const { searchParams } = new URL(source.uri)
  const [clientId, uri, value] = ['client_id', 'request_uri', 'request'].map((name) => searchParams.get(name))
  if (clientId === null || clientId === undefined) throw holderError('request.malformed')
  if (clientId.startsWith('redirect_uri:')) throw unsigned()
  if (typeof value === 'string') return { text: value, clientId }
  if (typeof uri !== 'string' || !URL.canParse(uri)) throw holderError('request.malformed')
  const walletNonce = searchParams.get('request_uri_method') === 'post' ? randomSecret() : undefined
  const text = await fetchObject(context, uri, walletNonce)
  return { text, clientId, requestUri: uri, ...(walletNonce !== undefined && { walletNonce }) }
}

/** Such a request can come from anybody: nobody could say who asks (OpenID4VP 1.0 section 5.9.3). */
function unsigned() {
  return holderError('verifier.unauthenticated', { message: 'The request is not signed' })
}

async function fetchObject({ settings }: HolderContext, url: string, walletNonce: string | undefined): Promise<string> {
  const accept = { accept: 'application/oauth-authz-req+jwt' }
  let response: WalletResponse
  try {
    response =
      walletNonce === undefined
        ? await settings.http({ url, method: 'GET', headers: accept })
        : await settings.http({
            url,
            method: 'POST',
            headers: { ...accept, 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({ wallet_nonce: walletNonce }).toString(),
          })
  } catch (cause) {
    throw holderError('verifier.unreachable', { cause })
  }
  if (response.status !== 200) throw holderError('request.ended')
  return response.body.trim()
}

function assertTransport(
  { response_mode: mode, response_uri: uri, expected_origins: origins }: RequestObject,
  origin: string | undefined,
): void {
  const isApi = mode.startsWith('dc_api')
  if (isApi !== (origin !== undefined)) throw holderError('request.malformed')
  if (isApi && (origin === undefined || origins?.includes(origin) !== true))
    throw holderError('verifier.unauthenticated', { message: 'The request is for another page' })
  if (!isApi && uri === undefined) throw holderError('request.malformed')
}

const transactionDataSchema = z.looseObject({
  type: z.string().min(1).max(256),
  credential_ids: z.array(z.string().max(64)).min(1).max(32),
})

/** Types that the host does not show are refused: nobody signs what was not shown (OpenID4VP 1.0 section 8.4). */
function parseTransactionData(
  { settings }: HolderContext,
  { transaction_data: encoded = [], dcql_query: query }: RequestObject,
): StoredRequest['transactionData'] {
  return encoded.map((one) => {
    const parsed = transactionDataSchema.safeParse(parseJsonObject(parseBase64url(one) ?? new Uint8Array()))
    const isKnown =
      parsed.success &&
      settings.transactionDataTypes.includes(parsed.data.type) &&
      parsed.data.credential_ids.every((id) => query.credentials.some((credential) => credential.id === id))
    if (!isKnown) throw holderError('request.malformed', { message: 'The transaction data are not understood' })
    const { type, credential_ids: credentialIds, ...content } = parsed.data
    return { encoded: one, type, credentialIds, content }
  })
}

import { randomBytes } from 'node:crypto'
import { generateEcKey } from '../../formats/generate-ec-key.ts'
import { BillfoldError, newId } from '@billfold/core'
import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { batch, insert } from '@billfold/core/storage'
import { calculateJwkThumbprint } from 'jose'
import type { VerifierContext } from '../context.ts'
import type { VerifierSettings } from '../options.ts'
import { presentationRequests, type PresentationRequestRow } from '../tables.ts'
import { addTrustedAuthorities } from './trusted-authorities.ts'
import { type RequestBody, sealField } from './request-body.ts'
import { signRequestObject, toRequest } from './request-object.ts'
import type { CreatedRequest, RequestPlan } from './request-plan.ts'
import { createSecret, hashSecret } from './secrets.ts'

/** Creates a request: nonce, state, reference and transaction of 256 bits each, and an encryption key of its own. */
export async function createRequest(
  context: VerifierContext,
  actor: Actor,
  plan: RequestPlan,
): Promise<CreatedRequest> {
  const { services, settings, tenant } = context
  assertFlow(context, plan)
  const now = services.now()
  const transaction = createSecret()
  const body = await createBody(context, plan)
  const key = { id: newId(), tenant }
  const expiresAt = now + (plan.expiresIn ?? 300) * 1000
  const row: PresentationRequestRow = {
    ...key,
    refHash: hashSecret(body.ref),
    transactionHash: hashSecret(transaction),
    codeHash: null,
    session: plan.session === undefined ? null : await hashSession(context, plan.session),
    owner: plan.evidenceFor?.owner ?? null,
    flow: plan.flow,
    sealedBody: await sealField(services, key, 'body', body),
    sealedResult: null,
    sealedPresentation: null,
    state: 'open',
    createdAt: now,
    expiresAt,
    retainUntil: expiresAt + resultMs,
  }
  const dcApi = await createApiRequest(context, body)
  await services.storage.commit(
    batch(
      insert(presentationRequests, row),
      auditWrite(actor, 'presentation.requested', key.id, now, { flow: plan.flow }),
      ...eventWrites(services, tenant, 'presentation.requested', { requestId: key.id, flow: plan.flow }),
    ),
  )
  const uris = dcApi === undefined ? toWalletUris(settings, body) : { dcApi }
  return { id: key.id, transaction, ...uris, expiresAt }
}

/** How long a result can be read once it was given: ten minutes. */
export const resultMs = 10 * 60 * 1000

/** The keyed hash of the host's session. */
export function hashSession({ services, tenant }: VerifierContext, session: string): Promise<string> {
  return services.blindIndex.hash('presentation-session', tenant, session)
}

async function createBody(context: VerifierContext, plan: RequestPlan): Promise<RequestBody> {
  const { settings } = context
  const { publicKey, privateKey } = createEncryptionKey()
  const ref = createSecret()
  const isSigned = plan.unsigned !== true
  return {
    ref,
    nonce: createSecret(),
    state: createSecret(),
    clientId: isSigned ? settings.clientId : `redirect_uri:${settings.publicUrl}/responses/${ref}`,
    dcql: await addTrustedAuthorities(settings.issuers, plan.dcql),
    attributes: plan.attributes,
    publicKey,
    privateKey,
    thumbprint: await calculateJwkThumbprint(publicKey, 'sha256'),
    isEncrypted: plan.plainResponse !== true,
    isSigned,
    origin: plan.origin,
    transactionData: toTransactionData(plan),
    evidence: plan.evidenceFor && { template: plan.evidenceFor.template, queries: plan.evidenceFor.queries },
  }
}

function createEncryptionKey(): Pick<RequestBody, 'publicKey' | 'privateKey'> {
  const { x = '', y = '', d = '' } = generateEcKey().export({ format: 'jwk' })
  const key = { kty: 'EC', crv: 'P-256', x, y } as const
  return { publicKey: { ...key, kid: randomBytes(8).toString('base64url') }, privateKey: { ...key, d } }
}

function assertFlow({ settings }: VerifierContext, { flow, origin, plainResponse, unsigned }: RequestPlan): void {
  const refuse = (path: string, message: string): BillfoldError =>
    new BillfoldError('input.invalid', { issues: [{ path, message }] })
  if (flow === 'same-device' && settings.redirectUri === undefined)
    throw refuse('flow', 'same-device needs the option redirectUri of the verifier')
  if (flow === 'cross-device' && !settings.crossDevice)
    throw refuse('flow', 'cross-device needs the option crossDevice of the verifier')
  if ((flow === 'dc-api') !== (origin !== undefined))
    throw refuse('origin', 'is needed for dc-api, and for nothing else')
  if (plainResponse === true && !settings.plainResponses)
    throw refuse('plainResponse', 'needs the option plainResponses of the verifier')
  if (unsigned === true && !settings.unsignedRequests)
    throw refuse('unsigned', 'needs the option unsignedRequests of the verifier')
}

/** Encodes transaction data (OpenID4VP 1.0 section 5.1). An mdoc has no place for their hashes. @throws BillfoldError */
function toTransactionData({
  transactionData = [],
  dcql,
  refusesTransactionData,
}: RequestPlan): RequestBody['transactionData'] {
  const bindable = dcql.credentials.filter(({ format }) => format === 'dc+sd-jwt').map(({ id }) => id)
  return transactionData.map((data, index) => {
    const { credential_ids: credentialIds } = data
    if (refusesTransactionData || !credentialIds.every((id) => bindable.includes(id))) {
      const message = 'can only be bound to SD-JWT VCs of the query, whose rules allow it'
      throw new BillfoldError('input.invalid', { issues: [{ path: `transactionData.${index}`, message }] })
    }
    return { encoded: Buffer.from(JSON.stringify(data)).toString('base64url'), credentialIds }
  })
}

async function createApiRequest(
  { settings }: VerifierContext,
  body: RequestBody,
): Promise<CreatedRequest['dcApi'] | undefined> {
  if (body.origin === undefined) return undefined
  const responseUrl = `${settings.publicUrl}/requests/${body.ref}/dc-api`
  if (!body.isSigned) return { protocol: 'openid4vp-v1-unsigned', data: toRequest(settings, body), responseUrl }
  return { protocol: 'openid4vp-v1-signed', data: { request: await signRequestObject(settings, body) }, responseUrl }
}

function toWalletUris(settings: VerifierSettings, body: RequestBody): Pick<CreatedRequest, 'uri' | 'haipUri'> {
  const { clientId, ref, isSigned } = body
  const query = isSigned
    ? new URLSearchParams({
        client_id: clientId,
        request_uri: `${settings.publicUrl}/requests/${ref}/object`,
        request_uri_method: 'post',
      })
    : toParameters(toRequest(settings, body))
  return { uri: `openid4vp://?${query.toString()}`, haipUri: `haip-vp://?${query.toString()}` }
}

/** Objects and arrays are JSON in parameters (OpenID4VP 1.0 section 5.1). */
function toParameters(request: Readonly<Record<string, unknown>>): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(request))
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  return parameters
}

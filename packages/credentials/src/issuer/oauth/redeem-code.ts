import { createHash } from 'node:crypto'
import { timingSafeEqual } from '@billfold/core/crypto'
import { type Actor, auditWrite } from '@billfold/core/modules'
import { batch, update, type Write } from '@billfold/core/storage'
import { commitSteps } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import type { IssuerContext } from '../settings.ts'
import { authorizationRequests, type AuthorizationRequestRow, issuanceGrants } from '../tables.ts'
import { wireError } from '../wire-errors.ts'
import { issueAccessToken, type TokenReply } from './access-tokens.ts'
import { type AuthorizationBody, sealedAuthorizationBody } from './authorization-body.ts'
import { prepareGrant } from './create-grant.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * Redeems an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.6). A code that comes twice ends the grant that it made
 * (RFC 6749 section 4.1.2).
 * @throws BillfoldError `oauth.invalid-grant`, `oauth.invalid-request`, and those of the proofs
 */
export async function redeemCode(context: IssuerContext, actor: Actor, request: TokenRequest): Promise<TokenReply> {
  const { services, tenant } = context
  const { form, proof, client } = request
  if (form.code === undefined) throw wireError('oauth.invalid-request', 'code is missing')
  const where = { codeHash: hashSecret(form.code), tenant }
  const [row] = await services.storage.find(authorizationRequests, { where, limit: 1 })
  if (row?.state === 'redeemed') await endGrant(context, row)
  if (row?.state !== 'coded' || row.expiresAt <= services.now()) throw wireError('oauth.invalid-grant')
  const body = await sealedAuthorizationBody.open(services, row, row.sealedBody)
  assertBoundTo(row, body, request)
  const grant = await prepareGrant(context, {
    offerId: body.offerId ?? null,
    configurations: body.configurations,
    hasIdentifiers: body.hasIdentifiers,
    userId: body.subject?.userId ?? null,
    applicationId: body.subject?.applicationId ?? null,
    claims: body.claims,
    jkt: proof?.jkt ?? null,
    clientId: row.clientId,
  })
  const redeemed = { where: { id: row.id, state: 'coded' }, set: { state: 'redeemed', grantId: grant.row.id } }
  await commitSteps(
    services.storage,
    { write: update(authorizationRequests, redeemed), conflict: () => wireError('oauth.invalid-grant') },
    ...(proof === undefined ? [] : [proof.step]),
    ...client.steps,
    grant.step,
    ...(body.offerId === undefined ? [] : [{ write: offerRedeemedWrite(context, actor, body.offerId, grant.row.id) }]),
  )
  return issueAccessToken(context, grant.row, grant.refreshToken)
}

/** The audit record of an offer that became a grant. */
function offerRedeemedWrite({ services }: IssuerContext, actor: Actor, offerId: string, grantId: string): Write {
  return auditWrite(actor, 'credential.offer-redeemed', offerId, services.now(), { grantId })
}

/** @throws BillfoldError `oauth.invalid-grant` */
function assertBoundTo(
  row: AuthorizationRequestRow,
  body: AuthorizationBody,
  { form, proof, client }: TokenRequest,
): void {
  const challenge = createHash('sha256')
    .update(form.code_verifier ?? '')
    .digest('base64url')
  if (!timingSafeEqual(challenge, body.codeChallenge)) throw wireError('oauth.invalid-grant', 'code_verifier is wrong')
  if (form.redirect_uri !== undefined && form.redirect_uri !== body.redirectUri)
    throw wireError('oauth.invalid-grant', 'redirect_uri is another')
  if ((client.clientId ?? row.clientId) !== row.clientId) throw wireError('oauth.invalid-grant', 'client_id is another')
  if (row.jkt !== null && row.jkt !== proof?.jkt) throw wireError('oauth.invalid-grant', 'The code is bound to a key')
}

async function endGrant({ services, tenant }: IssuerContext, { grantId }: AuthorizationRequestRow): Promise<void> {
  if (grantId === null) return
  const where = { id: grantId, tenant }
  await services.storage.commit(batch(update(issuanceGrants, { where, set: { state: 'ended' }, expectedRows: 'any' })))
}

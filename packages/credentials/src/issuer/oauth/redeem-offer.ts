import { isCommitError, batch, update } from '@billfold/core/storage'
import { timingSafeEqual } from '@billfold/core/crypto'
import { type Actor, auditWrite } from '@billfold/core/modules'
import { commitSteps } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import { hashTxCode } from '../offers/create-offer.ts'
import { endedOffer } from '../offers/ended-offer.ts'
import { findOpenOffer } from '../offers/find-offer.ts'
import { sealedOfferContent } from '../offers/offer-content.ts'
import type { IssuerContext } from '../settings.ts'
import { credentialOffers, type OfferRow } from '../tables.ts'
import { wireError } from '../wire-errors.ts'
import { issueAccessToken, type TokenReply } from './access-tokens.ts'
import { prepareGrant } from './create-grant.ts'
import { parseRequestedTypes } from './requested-types.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * Redeems a pre-authorized code (OpenID4VCI section 6.1).
 * @throws BillfoldError `oauth.invalid-grant`, `oauth.invalid-request`, `oauth.invalid-authorization-details`, and those of the proofs
 */
export async function redeemOffer(
  context: IssuerContext,
  actor: Actor,
  { form, proof, client }: TokenRequest,
): Promise<TokenReply> {
  const { services } = context
  const { 'pre-authorized_code': code, tx_code: presented } = form
  if (code === undefined) throw wireError('oauth.invalid-request', 'pre-authorized_code is missing')
  const offer = await findOpenOffer(context, { codeHash: hashSecret(code) })
  if (offer === undefined) throw wireError('oauth.invalid-grant')
  if (offer.txCode === null && presented !== undefined)
    throw wireError('oauth.invalid-request', 'No tx_code is expected')
  if (offer.txCode !== null && presented === undefined)
    throw wireError('oauth.invalid-request', 'The tx_code is missing')
  const offered = offer.configurations.split(' ')
  const asked = parseRequestedTypes(context, { authorization_details: form.authorization_details }, offered)
  if (presented !== undefined) await verifyTxCode(context, offer, presented)
  const { claims } = await sealedOfferContent.open(services, offer, offer.sealedContent)
  const grant = await prepareGrant(context, {
    offerId: offer.id,
    configurations: asked?.configurations ?? offered,
    hasIdentifiers: asked?.hasIdentifiers ?? false,
    userId: offer.userId,
    applicationId: offer.applicationId,
    claims,
    jkt: proof?.jkt ?? null,
    clientId: client.clientId ?? null,
  })
  const where = { id: offer.id, state: 'open', expiresAt: { gt: services.now() } }
  await commitSteps(
    services.storage,
    {
      write: update(credentialOffers, { where, set: endedOffer('redeemed') }),
      conflict: () => wireError('oauth.invalid-grant'),
    },
    ...(proof === undefined ? [] : [proof.step]),
    ...client.steps,
    grant.step,
    { write: auditWrite(actor, 'credential.offer-redeemed', offer.id, services.now(), { grantId: grant.row.id }) },
  )
  return issueAccessToken(context, grant.row, grant.refreshToken)
}

/**
 * Verifies a transaction code. The attempt is taken before the code is compared, so that parallel guesses cannot outrun the limit;
 * the fifth wrong one locks the offer.
 * @throws BillfoldError `oauth.invalid-grant`
 */
async function verifyTxCode(context: IssuerContext, offer: OfferRow, presented: string): Promise<void> {
  const { storage } = context.services
  const { id, txCode } = offer
  const left = { id, state: 'open', attemptsLeft: { gt: 0 } }
  const attempt = { write: update(credentialOffers, { where: left, add: { attemptsLeft: -1 } }) }
  await commitSteps(storage, { ...attempt, conflict: () => wireError('oauth.invalid-grant') })
  if (txCode !== null && timingSafeEqual(txCode, await hashTxCode(context, id, presented))) return
  const spent = { id, state: 'open', attemptsLeft: 0 }
  try {
    await storage.commit(
      batch(update(credentialOffers, { where: spent, set: endedOffer('locked'), expectedRows: 'any' })),
    )
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
  throw wireError('oauth.invalid-grant', 'The tx_code is wrong')
}

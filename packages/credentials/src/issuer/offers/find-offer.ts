import { type Actor, auditWrite } from '@billfold/core/modules'
import { batch, isCommitError, update } from '@billfold/core/storage'
import { hashSecret } from '../../secret-hash.ts'
import { issuerError } from '../issuer-error.ts'
import type { IssuerContext } from '../settings.ts'
import { credentialOffers, type OfferRow } from '../tables.ts'
import { endedOffer } from './ended-offer.ts'
import { sealedOfferContent } from './offer-content.ts'
import { type CredentialOfferObject, toOfferObject } from './offer-object.ts'

/** Finds the open offer of a reference. Fetching it uses nothing up. @throws BillfoldError `offer.not-found` */
export async function getOfferObject(context: IssuerContext, ref: string): Promise<CredentialOfferObject> {
  const { services, settings } = context
  const row = await findOpenOffer(context, { refHash: hashSecret(ref) })
  if (row === undefined) throw issuerError('offer.not-found')
  const content = await sealedOfferContent.open(services, row, row.sealedContent)
  return toOfferObject(settings.publicUrl, row.configurations.split(' '), content)
}

/** Finds an open offer by one of its secrets. */
export async function findOpenOffer(
  { services, tenant }: IssuerContext,
  where: { readonly refHash: string } | { readonly codeHash: string } | { readonly issuerStateHash: string },
): Promise<OfferRow | undefined> {
  const [row] = await services.storage.find(credentialOffers, { where: { ...where, tenant }, limit: 1 })
  return row?.state === 'open' && row.expiresAt > services.now() ? row : undefined
}

/** Ends an open offer. @throws BillfoldError `offer.not-found` */
export async function endOffer({ services, tenant }: IssuerContext, actor: Actor, id: string): Promise<void> {
  const now = services.now()
  const where = { id, tenant, state: 'open', expiresAt: { gt: now } }
  try {
    await services.storage.commit(
      batch(
        update(credentialOffers, { where, set: endedOffer('revoked') }),
        auditWrite(actor, 'credential.offer-ended', id, now),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw issuerError('offer.not-found', { cause: error })
    throw error
  }
}

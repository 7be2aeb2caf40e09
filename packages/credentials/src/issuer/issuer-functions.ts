import type { IssuerContext } from './settings.ts'
import { issuerError } from './issuer-error.ts'
import { type CreatedOffer, createOffer, type OfferInput } from './offers/create-offer.ts'
import { endOffer } from './offers/find-offer.ts'
import { type IssuerSelfCheck, runSelfCheck } from './self-check.ts'
import { changeStatus, type StatusChange } from './status/change-status.ts'
import {
  type IssuedCredential,
  type IssuedCredentialFilter,
  listInstances,
  toIssuedCredential,
} from './status/list-instances.ts'
import type { CredentialType } from './types/credential-type.ts'

/** The functions of the issuer, as properties of `billfold.credentials.issuer`. */
export interface IssuerFunctions {
  /**
   * Offers a credential. The result has the URI for a link or a QR code.
   * @throws BillfoldError `credential-type.not-found`, `input.invalid`, `user.not-found`, `application.not-found`,
   *   `application.not-approved`
   */
  readonly offer: <Claims>(type: CredentialType<Claims>, input: OfferInput<Claims>) => Promise<CreatedOffer>
  /** Ends an open offer. @throws BillfoldError `offer.not-found` */
  readonly endOffer: (offerId: string) => Promise<void>
  /** Lists issued instances by user, application or type, oldest first. */
  readonly list: (filter?: IssuedCredentialFilter) => Promise<readonly IssuedCredential[]>
  /**
   * Suspends, restores or revokes an instance.
   * @throws BillfoldError `credential.not-found`, `credential.revoked`, `credential.no-status`
   */
  readonly changeStatus: (credentialId: string, change: StatusChange) => Promise<IssuedCredential>
  /** Fetches the well-known documents by their public URLs, and says what a wallet would not find. */
  readonly selfCheck: () => Promise<IssuerSelfCheck>
}

/** Creates the functions for the host. */
export function createIssuerFunctions(context: IssuerContext): IssuerFunctions {
  const { settings, tenant } = context
  const host = () => context.host(tenant)
  return {
    offer: async (type, input) => {
      if (settings.types.get(type.id) !== type) throw issuerError('credential-type.not-found')
      return createOffer(context, host(), type, input)
    },
    endOffer: (offerId) => endOffer(context, host(), offerId),
    list: (filter = {}) => listInstances(context, filter),
    changeStatus: async (credentialId, change) =>
      toIssuedCredential(await changeStatus(context, host(), credentialId, change)),
    selfCheck: () => runSelfCheck(settings),
  }
}

import { Kms } from '@credo-ts/core'
import { OpenId4VcModule } from '@credo-ts/openid4vc'
import { createCredoAgent } from './credo-agent.ts'

/**
 * Creates a wallet of Credo.
 * @param authorities DER, of the issuers and verifiers that it trusts
 */
export function createCredoWallet(authorities: readonly Uint8Array[]) {
  const trusted = authorities.map((authority) => Buffer.from(authority).toString('base64'))
  return createCredoAgent({ openid4vc: new OpenId4VcModule(), listTrusted: () => trusted, fetch })
}

/** A wallet of Credo. */
export type CredoWallet = Awaited<ReturnType<typeof createCredoWallet>>

/** Takes an offer: as many instances of one configuration as there are to be keys. */
export async function receiveCredential(wallet: CredoWallet, offerUri: string, configuration: string, count: number) {
  const { holder } = wallet.modules.openid4vc
  const resolvedCredentialOffer = await holder.resolveCredentialOffer(offerUri)
  const token = await holder.requestToken({ resolvedCredentialOffer })
  const { credentials } = await holder.requestCredentials({
    resolvedCredentialOffer,
    ...token,
    credentialConfigurationIds: [configuration],
    credentialBindingResolver: async () => {
      const keys = await Promise.all(
        Array.from({ length: count }, () => wallet.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' })),
      )
      return { method: 'jwk', keys: keys.map(({ publicJwk }) => Kms.PublicJwk.fromPublicJwk(publicJwk)) }
    },
  })
  const [received] = credentials
  if (received === undefined) throw new Error('no credential was received')
  return received
}

/** Presents what the wallet has to a request. Returns the status of the verifier's reply. */
export async function presentCredential(wallet: CredoWallet, requestUri: string): Promise<number | undefined> {
  const { holder } = wallet.modules.openid4vc
  const { authorizationRequestPayload, dcql } = await holder.resolveOpenId4VpAuthorizationRequest(requestUri)
  if (dcql === undefined) throw new Error('the request has no DCQL')
  const credentials = holder.selectCredentialsForDcqlRequest(dcql.queryResult)
  const { serverResponse } = await holder.acceptOpenId4VpAuthorizationRequest({
    authorizationRequestPayload,
    dcql: { credentials },
  })
  return serverResponse?.status
}

import type { CredentialsOptions } from './options.ts'
import type { CredentialSigner } from './trust/credential-signer.ts'
import { assertSignerReady } from './trust/signer-key.ts'
import type { TrustList, TrustPurpose } from './trust/trust-list.ts'

/** A signer of the options, and who of the same host verifies what it signs. */
interface ConfiguredSigner {
  readonly option: string
  readonly signer: CredentialSigner
  readonly purpose: TrustPurpose
  readonly verifiedBy: readonly (TrustList | undefined)[]
}

/**
 * Asserts what only a signature, or the question to a trust list, can show: that each signer signs with the key of its certificate, and
 * that no chain has an anchor by which another role of this host would verify it.
 * @throws RangeError that names the option; the errors of the signer and of the trust lists
 */
export async function assertReady(options: CredentialsOptions): Promise<void> {
  for (const { option, signer, purpose, verifiedBy } of listSigners(options)) {
    const lists = verifiedBy.flatMap((list) => list ?? [])
    const anchors = await Promise.all(lists.map((list) => list.anchors({ purpose, type: undefined, chain: [] })))
    await assertSignerReady(option, signer, anchors.flat())
  }
}

function listSigners({ issuer, holder, verifier }: CredentialsOptions): readonly ConfiguredSigner[] {
  const issuerSigners = issuer === undefined ? [] : [issuer.signer].flat()
  const provider = holder?.walletProvider
  return [
    ...issuerSigners.map((signer, index) => ({
      option: `credentials.issuer.signer[${index}]`,
      signer,
      purpose: 'issuer' as const,
      verifiedBy: [holder?.issuers, verifier?.issuers],
    })),
    ...(verifier === undefined
      ? []
      : [
          {
            option: 'credentials.verifier.signer',
            signer: verifier.signer,
            purpose: 'verifier' as const,
            verifiedBy: [holder?.verifiers],
          },
        ]),
    ...(provider === undefined
      ? []
      : [
          {
            option: 'credentials.holder.walletProvider.signer',
            signer: provider.signer,
            purpose: 'wallet-provider' as const,
            verifiedBy: [issuer?.walletProviders],
          },
        ]),
  ]
}

import { newId } from '@billfold/core'
import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { insert, type Write } from '@billfold/core/storage'
import { type CredentialDescription, sealedDescriptions } from '../credentials/credential-description.ts'
import { sealInstance } from '../secrets/holder-secrets.ts'
import type { HolderContext } from '../settings.ts'
import { type HeldCredentialRow, heldCredentials, type HeldInstanceRow, heldInstances } from '../tables.ts'
import type { ResolvedOffer } from './offer-schema.ts'
import type { VerifiedCredential } from './verify-received.ts'

/** An instance that was verified, and the id that its key is derived from. */
export interface ReceivedInstance {
  readonly id: string
  readonly text: string
}

/** Received instances of one credential. */
export interface ReceivedCredential {
  readonly configuration: string
  readonly verified: VerifiedCredential
  readonly instances: readonly ReceivedInstance[]
}

/** Whose credentials are stored, and what they came from. */
export interface CredentialOwner {
  readonly actor: Actor
  readonly userId: string
  readonly resolved: ResolvedOffer
  /** The secret that their instances are sealed to. */
  readonly box: { readonly id: string; readonly publicKey: Uint8Array }
  /** The issuance that renews them. */
  readonly issuanceId: string | null
}

/** The writes that store a credential in a slot of its user, and its id. Its instances are sealed to the public key of a secret. */
export async function storeCredentialWrites(
  { services, tenant }: HolderContext,
  { actor, userId, resolved, box, issuanceId }: CredentialOwner,
  { configuration, verified, instances }: ReceivedCredential,
  slot: number,
): Promise<{ readonly credentialId: string; readonly writes: readonly Write[] }> {
  const key = { id: newId(), tenant }
  const now = services.now()
  const description: CredentialDescription = {
    issuer: { id: resolved.offer.credential_issuer, name: verified.anchor ?? resolved.name },
    configuration,
    display: resolved.configurations[configuration]?.credential_metadata?.display ?? [],
    disclosable: verified.disclosable.map((path) => [...path]),
    always: [...verified.always],
  }
  const row: HeldCredentialRow = {
    ...key,
    userId,
    format: verified.format,
    type: verified.type,
    sealedDescription: await sealedDescriptions.seal(services, key, description),
    use: instances.length > 1 ? 'once' : 'any',
    issuanceId,
    slot,
    createdAt: now,
    expiresAt: verified.validUntil,
  }
  const detail = { userId, format: verified.format, instances: instances.length }
  return {
    credentialId: key.id,
    writes: [
      insert(heldCredentials, row),
      ...storeInstanceWrites({ tenant, userId, credentialId: key.id, now }, box, instances),
      auditWrite(actor, 'credential.received', key.id, now, detail),
      ...eventWrites(services, tenant, 'credential.received', { credentialId: key.id, userId }),
    ],
  }
}

/** Whose instances are stored, and when. */
export interface InstanceOwner {
  readonly tenant: string
  readonly userId: string
  readonly credentialId: string
  readonly now: number
}

/** The writes that store instances of a credential, sealed to the public key of a secret. */
export function storeInstanceWrites(
  { now, ...owner }: InstanceOwner,
  box: { readonly id: string; readonly publicKey: Uint8Array },
  instances: readonly ReceivedInstance[],
): readonly Write[] {
  return instances.map(({ id, text }) => {
    const row: HeldInstanceRow = {
      ...owner,
      id,
      secretId: box.id,
      sealedCredential: sealInstance(box.publicKey, { ...owner, id }, text),
      requestId: null,
      state: 'held',
      createdAt: now,
    }
    return insert(heldInstances, row)
  })
}

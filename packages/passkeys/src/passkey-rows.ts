import { createHash } from 'node:crypto'
import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { sealedColumn, type Services, type UserKey } from '@billfold/core/modules'
import { passkeyCredentials, type PasskeyRow } from './tables.ts'

/** A passkey as it is shown: without keys. */
export interface Passkey {
  readonly id: string
  /** Base64url. For the Signal API of browsers. */
  readonly credentialId: string
  readonly name: string
  /** The make of the authenticator, as a UUID; all zeros if it does not say. */
  readonly aaguid: string
  /** Whether it may be copied to other devices by its provider, and whether it is. */
  readonly backupEligible: boolean
  readonly backedUp: boolean
  /** Whether its authenticator gives the secret that opens wallet keys. */
  readonly prf: boolean
  /** The signing method of the custody API that it is, if it is one. */
  readonly signingMethodId?: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds; undefined if it was never used. */
  readonly lastUsedAt?: number
}

/** Lists a user's passkeys, oldest first. */
export function listPasskeyRows({ storage }: Services, { tenant, userId }: UserKey): Promise<PasskeyRow[]> {
  return storage.find(passkeyCredentials, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
}

/** Finds the passkey with a credential id. */
export async function findByCredential(
  { storage }: Services,
  tenant: string,
  credentialId: string,
): Promise<PasskeyRow | undefined> {
  const where = { tenant, credentialHash: hashCredentialId(credentialId) }
  return (await storage.find(passkeyCredentials, { where, limit: 1 }))[0]
}

/** Hashes a credential id for the unique key. */
export function hashCredentialId(credentialId: string): string {
  return createHash('sha256').update(credentialId).digest('base64url')
}

/** Formats a passkey. */
export async function toPasskey({ keyring }: Services, row: PasskeyRow): Promise<Passkey> {
  const { id, credentialId, aaguid, backupEligible, backedUp, prf, methodId, createdAt, lastUsedAt } = row
  const name = new TextDecoder().decode(await open(keyring, row.sealedName, nameContext(row)))
  return {
    id,
    credentialId,
    name,
    aaguid,
    backupEligible,
    backedUp,
    prf,
    ...(methodId !== null && { signingMethodId: methodId }),
    createdAt,
    ...(lastUsedAt !== null && { lastUsedAt }),
  }
}

/** Seals the name of a passkey. */
export function sealName(
  { keyring }: Services,
  row: Pick<PasskeyRow, 'tenant' | 'id'>,
  name: string,
): Promise<Uint8Array> {
  return seal(keyring, new TextEncoder().encode(name), nameContext(row))
}

function nameContext({ tenant, id }: Pick<PasskeyRow, 'tenant' | 'id'>): EncryptionContext {
  return { tenant, table: passkeyCredentials.name, row: id, field: 'name' }
}

/** How the names are re-encrypted under a new key. */
export const sealedNames = sealedColumn(passkeyCredentials, 'sealedName', nameContext)

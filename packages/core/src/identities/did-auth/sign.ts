import { type Actor, auditRecord } from '../../audit/record.ts'
import { createHash } from 'node:crypto'
import { stillThere } from '../../credentials/methods.ts'
import { masterSecrets } from '../../credentials/tables.ts'
import { parseDid } from '../../dids/did.ts'
import { registryFor } from '../../dids/registry.ts'
import { newId } from '../../ids.ts'
import type { Services } from '../../services.ts'
import { batch, check, decide, type Write } from '../../storage/index.ts'
import type { Authorise } from '../../vaults/holder.ts'
import { findIdentity } from '../find.ts'
import type { IdentityRow } from '../seal-key.ts'
import type { IdentitySettings } from '../settings.ts'
import { type DidSigner, signerOf, signHash } from '../sign-hash.ts'
import { identities } from '../tables.ts'
import { signingInputOf } from './token.ts'

/** The lifetime of issued tokens in seconds: a minute below the maximum, to allow for clock skew between hosts. */
const lifetimeSeconds = 240

/** The claims of a token to sign. */
export interface DidAuthRequest {
  readonly did: string
  /** The route: `POST /wallet/rename`. */
  readonly act: string
  /** SHA-256 of the body, base64url. */
  readonly bod: string
  /** The public URL of the service that the token is for. */
  readonly audience: string
}

/**
 * Signs an `x-did-auth` token (ES256K, valid for four minutes) for a DID with the key of its owner. The token is
 * returned only after it was recorded in the audit log, in a commit that fails if the wallet was deleted or the signing
 * method replaced or removed.
 *
 * @throws BillfoldError `did-wallet.not-found`, `did-wallet.read-only`, `signing-method.required`,
 *   `signing-method.invalid`
 */
export function signDidAuth(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  { did, act, bod, audience }: DidAuthRequest,
  authorise: Authorise,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const registry = registryFor(settings.registries, parseDid(did))
  return decide(async () => {
    const wallet = await findIdentity(services, actor.tenant, did)
    const signer = await signerOf(services, registry, wallet, authorise)
    const now = services.now()
    const exp = Math.floor(now / 1000) + lifetimeSeconds
    const claims = { iss: did, aud: audience, exp, jti: newId(), act, bod }
    const input = signingInputOf(claims, `${did}#controller`)
    const hash = createHash('sha256').update(input, 'latin1').digest()
    const { r, s } = await signHash(services, settings, signer, hash)
    await services.storage.commit(
      batch(
        ...signerStillValid(wallet, signer),
        auditRecord(actor, 'identity.did-auth-signed', wallet.id, now, { act }),
      ),
    )
    return { token: `${input}.${Buffer.concat([r, s]).toString('base64url')}`, expiresAt: exp * 1000 }
  })
}

/** Preconditions: the wallets still exist, the user was not deleted, and the signing method is unchanged. */
function signerStillValid(wallet: IdentityRow, { row, authority: method }: DidSigner): readonly Write[] {
  const walletChecks = [...new Set([wallet.id, row.id])].map((id) =>
    check(identities, { where: { id, state: 'live' } }),
  )
  if (method === undefined) return walletChecks
  const { ownerId } = method.row
  return [...walletChecks, check(masterSecrets, { where: { ownerId, closedAt: null } }), stillThere(method)]
}

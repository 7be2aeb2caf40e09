import { type Actor, auditRecord } from '../../audit/record.ts'
import { createHash } from 'node:crypto'
import { stillThere } from '../../credentials/methods.ts'
import { masterSecrets } from '../../credentials/tables.ts'
import { parseDid } from '../../dids/did.ts'
import { registryFor } from '../../dids/registry-for.ts'
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

/** How long our own tokens live, in seconds: a minute less than one may, since the clocks of two hosts differ. */
const ownLife = 240

/** What a token is for. */
export interface DidAuthRequest {
  readonly did: string
  /** The route: `POST /wallet/rename`. */
  readonly act: string
  /** SHA-256 of the body, base64url. */
  readonly bod: string
  /** The public URL of the service that it is for. */
  readonly audience: string
}

/**
 * Signs an `x-did-auth` token (ES256K, four minutes) for a DID with the key of its owner. The act is recorded before the
 * token is given, and none is given where the wallet was deleted, or the method replaced or removed, before the act was recorded.
 * @throws BillfoldError `identity.unknown`, `identity.read-only`, `signing-method.required`, `signing-method.invalid`
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
    const identity = await findIdentity(services, actor.tenant, did)
    const signer = await signerOf(services, registry, identity, authorise)
    const now = services.now()
    const exp = Math.floor(now / 1000) + ownLife
    const claims = { iss: did, aud: audience, exp, jti: newId(), act, bod }
    const input = signingInputOf(claims, `${did}#controller`)
    const hash = createHash('sha256').update(input, 'latin1').digest()
    const { r, s } = await signHash(services, settings, signer, hash)
    await services.storage.commit(
      batch(...stillSigns(identity, signer), auditRecord(actor, 'identity.did-auth-signed', identity.id, now, { act })),
    )
    return { token: `${input}.${Buffer.concat([r, s]).toString('base64url')}`, expiresAt: exp * 1000 }
  })
}

/** The DID is held here still, and so is the key that has signed for it; its user was not deleted, nor the method that has opened it. */
function stillSigns(identity: IdentityRow, { row, authority }: DidSigner): readonly Write[] {
  const held = [...new Set([identity.id, row.id])].map((id) => check(identities, { where: { id, state: 'live' } }))
  if (authority === undefined) return held
  const { ownerId } = authority.row
  return [...held, check(masterSecrets, { where: { ownerId, closedAt: null } }), stillThere(authority)]
}

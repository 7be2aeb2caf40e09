import type { CustodyServices } from '../../../custody/services.ts'
import { canonicalizeJson } from '../../../kernel/canonical-json.ts'
import { authorizeAct } from '../../../platform/acts/authorize-act.ts'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { createHash } from 'node:crypto'
import { methodUnchanged } from '../../../identity/signing-methods/authorized-method.ts'
import { masterSecrets } from '../../../identity/signing-methods/tables.ts'
import { parseDid } from '../../registries/did.ts'
import { selectRegistry } from '../../registries/registry.ts'
import { newId } from '../../../kernel/ids.ts'
import { batch, check, retryOnConflict, type Write } from '../../../kernel/storage/index.ts'
import type { AuthorizeUser } from '../../vaults/sealing-scope.ts'
import { getDidWallet } from '../find.ts'
import type { DidWalletRow } from '../seal-key.ts'
import type { DidWalletSettings } from '../settings.ts'
import { type DidSigner, getDidSigner, signHashWithRows } from '../sign-hash.ts'
import { didWallets } from '../tables.ts'
import { encodeSigningInput } from './token.ts'

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
export function signDidAuthToken(
  services: CustodyServices,
  settings: DidWalletSettings,
  actor: Actor,
  { did, act, bod, audience }: DidAuthRequest,
  authorise: AuthorizeUser,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const registry = selectRegistry(settings.registries, parseDid(did))
  return retryOnConflict(async () => {
    const wallet = await getDidWallet(services, actor.tenant, did)
    const signer = await getDidSigner(services, registry, wallet, authorise)
    const now = services.now()
    const exp = Math.floor(now / 1000) + lifetimeSeconds
    const claims = { iss: did, aud: audience, exp, jti: newId(), act, bod }
    const input = encodeSigningInput(claims, `${did}#controller`)
    const hash = createHash('sha256').update(input, 'latin1').digest()
    const { method } = signer
    const counted = await authorizeAct(services, () => ({
      kind: 'did-auth',
      actor,
      userId: wallet.userId,
      walletId: wallet.id,
      method: method && { id: method.row.id, type: method.row.type },
      counterparty: audience,
      content: canonicalizeJson([did, act, bod, audience]),
    }))
    const { r, s } = await signHashWithRows(services, settings, signer, hash)
    await services.storage.commit(
      batch(
        ...signerStillValid(wallet, signer),
        auditWrite(actor, 'did-wallet.did-auth-signed', wallet.id, now, { act }),
        ...counted,
      ),
    )
    return { token: `${input}.${Buffer.concat([r, s]).toString('base64url')}`, expiresAt: exp * 1000 }
  })
}

/** Preconditions: the wallets still exist, the user was not deleted, and the signing method is unchanged. */
function signerStillValid(wallet: DidWalletRow, { wallet: row, method }: DidSigner): readonly Write[] {
  const walletChecks = [...new Set([wallet.id, row.id])].map((id) =>
    check(didWallets, { where: { id, state: 'live' } }),
  )
  if (method === undefined) return walletChecks
  const { ownerId } = method.row
  return [...walletChecks, check(masterSecrets, { where: { ownerId, closedAt: null } }), methodUnchanged(method)]
}

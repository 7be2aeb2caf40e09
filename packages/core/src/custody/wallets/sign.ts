import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { methodUnchanged } from '../../identity/signing-methods/methods.ts'
import { loadMasterSecret, type AuthorizedMethod } from '../../identity/signing-methods/authorize-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { batch, check, retryOnConflict, type Write } from '../../kernel/storage/index.ts'
import type { Chain, HexSignature, SignatureRequest } from './chains/chain.ts'
import { signRaw } from './chains/sign-raw.ts'
import { getCustodyWallet } from './find.ts'
import { openWalletKey, type CustodyWalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** Raw bytes to sign without a prefix. A host must enable this, because they can be the hash of a transaction or of a DID update. */
export interface RawSignatureRequest {
  /** `ETHEREUM_RAW`, ... as written to the audit log. */
  readonly type: `${string}_RAW`
  /** Hex, with or without `0x`. */
  readonly data: string
}

/**
 * Signs with a wallet's key, authorized by a signing method of the wallet's owner. The audit record is committed before the
 * signature is returned. The commit fails if the wallet was archived, or the method replaced or removed, in the meantime.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` if the method does not belong to the wallet's owner,
 *   `signature.unsupported-type`, `input.invalid`
 */
export function signWithWallet(
  services: Services,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: SignatureRequest | RawSignatureRequest,
  authorizedBy: AuthorizedMethod,
): Promise<HexSignature> {
  return retryOnConflict(async () => {
    const privateKey = await loadWalletKey(services, wallet, authorizedBy)
    const signature = isRaw(request) ? signRaw(chain.curve, request.data, privateKey) : chain.sign(request, privateKey)
    privateKey.fill(0)
    await services.storage.commit(
      batch(
        ...walletUnchanged(wallet, authorizedBy),
        auditWrite(actor, 'wallet.signed', wallet.id, services.now(), { type: request.type }),
      ),
    )
    return signature
  })
}

function isRaw(request: SignatureRequest | RawSignatureRequest): request is RawSignatureRequest {
  return request.type !== 'MESSAGE' && request.type !== 'EIP712'
}

/** Checks that a wallet is not archived. @throws BillfoldError `wallet.archived` */
export function assertWalletNotArchived(wallet: CustodyWalletRow): void {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
}

/**
 * Loads the private key of an active wallet. The caller must wipe it after use. Retries if the master secret is rotated
 * between reading the wallet and reading the secret.
 * @throws BillfoldError `wallet.not-found`, `wallet.archived`, `signing-method.invalid` if the method does not belong to the
 *   wallet's owner
 */
export function loadWalletKey(
  services: Services,
  { tenant, id }: CustodyWalletRow,
  authorizedBy: AuthorizedMethod,
): Promise<Uint8Array> {
  return retryOnConflict(async () => {
    const wallet = await getCustodyWallet(services, tenant, id)
    assertWalletNotArchived(wallet)
    if (authorizedBy.row.ownerId !== wallet.ownerId) throw new BillfoldError('signing-method.invalid')
    const { secret } = await loadMasterSecret(services, authorizedBy)
    return openWalletKey(wallet, secret)
  })
}

/**
 * Preconditions for a commit that precedes returning the result of using a wallet's key: the wallet is still active and the
 * signing method that authorized its use is unchanged.
 */
export function walletUnchanged({ id }: CustodyWalletRow, authorizedBy: AuthorizedMethod): readonly Write[] {
  const { ownerId } = authorizedBy.row
  return [check(wallets, { where: { id, ownerId, archivedAt: null } }), methodUnchanged(authorizedBy)]
}

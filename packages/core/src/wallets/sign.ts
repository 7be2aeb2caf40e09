import { type Actor, auditRecord } from '../audit/record.ts'
import { stillThere } from '../credentials/methods.ts'
import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, check, decide, type Write } from '../storage/index.ts'
import type { Chain, HexSignature, SignatureRequest } from './chains/chain.ts'
import { signRaw } from './chains/raw.ts'
import { findWallet } from './find.ts'
import { openWalletKey, type WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** Raw bytes to sign without a prefix. A host must enable this, because they can be the hash of a transaction or of a DID update. */
export interface RawRequest {
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
export function signWith(
  services: Services,
  actor: Actor,
  wallet: WalletRow,
  chain: Chain,
  request: SignatureRequest | RawRequest,
  authorizedBy: OpenedMethod,
): Promise<HexSignature> {
  return decide(async () => {
    const privateKey = await openedKey(services, wallet, authorizedBy)
    const signature = isRaw(request) ? signRaw(chain.curve, request.data, privateKey) : chain.sign(request, privateKey)
    privateKey.fill(0)
    await services.storage.commit(
      batch(
        ...stillOpen(wallet, authorizedBy),
        auditRecord(actor, 'wallet.signed', wallet.id, services.now(), { type: request.type }),
      ),
    )
    return signature
  })
}

function isRaw(request: SignatureRequest | RawRequest): request is RawRequest {
  return request.type !== 'MESSAGE' && request.type !== 'EIP712'
}

/** Checks that a wallet is not archived. @throws BillfoldError `wallet.archived` */
export function assertUsable(wallet: WalletRow): void {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
}

/**
 * Loads the private key of an active wallet. The caller must wipe it after use. Retries if the master secret is rotated
 * between reading the wallet and reading the secret.
 * @throws BillfoldError `wallet.not-found`, `wallet.archived`, `signing-method.invalid` if the method does not belong to the
 *   wallet's owner
 */
export function openedKey(
  services: Services,
  { tenant, id }: WalletRow,
  authorizedBy: OpenedMethod,
): Promise<Uint8Array> {
  return decide(async () => {
    const wallet = await findWallet(services, tenant, id)
    assertUsable(wallet)
    if (authorizedBy.row.ownerId !== wallet.ownerId) throw new BillfoldError('signing-method.invalid')
    const { secret } = await currentSecret(services, authorizedBy)
    return openWalletKey(wallet, secret)
  })
}

/**
 * Preconditions for a commit that precedes returning the result of using a wallet's key: the wallet is still active and the
 * signing method that authorized its use is unchanged.
 */
export function stillOpen({ id }: WalletRow, authorizedBy: OpenedMethod): readonly Write[] {
  const { ownerId } = authorizedBy.row
  return [check(wallets, { where: { id, ownerId, archivedAt: null } }), stillThere(authorizedBy)]
}

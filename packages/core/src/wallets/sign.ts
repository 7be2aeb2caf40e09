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

/** Bytes to sign as they are: what a host must allow, since they can be the hash of a transaction or of a change of a DID. */
export interface RawRequest {
  /** `ETHEREUM_RAW`, ... as it stands in the audit trail. */
  readonly type: `${string}_RAW`
  /** In hex. */
  readonly data: string
}

/**
 * Signs with a wallet's key, which a method of the wallet's owner opens. The act is recorded before the signature is given, and
 * none is given where the wallet was archived, or the method replaced or removed, before the act was recorded.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` when the method is not one of the wallet's owner,
 *   `signature.unsupported-type`, `input.invalid`
 */
export function signWith(
  services: Services,
  actor: Actor,
  wallet: WalletRow,
  chain: Chain,
  request: SignatureRequest | RawRequest,
  authority: OpenedMethod,
): Promise<HexSignature> {
  return decide(async () => {
    const privateKey = await openedKey(services, wallet, authority)
    const signature = isRaw(request) ? signRaw(chain.curve, request.data, privateKey) : chain.sign(request, privateKey)
    privateKey.fill(0)
    await services.storage.commit(
      batch(
        ...stillOpen(wallet, authority),
        auditRecord(actor, 'wallet.signed', wallet.id, services.now(), { type: request.type }),
      ),
    )
    return signature
  })
}

function isRaw(request: SignatureRequest | RawRequest): request is RawRequest {
  return request.type !== 'MESSAGE' && request.type !== 'EIP712'
}

/** @throws BillfoldError `wallet.archived` */
export function assertUsable(wallet: WalletRow): void {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
}

/**
 * The private key of a wallet that is usable now, which the caller wipes; when the master secret is replaced between two reads,
 * both are read again.
 * @throws BillfoldError `wallet.unknown`, `wallet.archived`, `signing-method.invalid` when the method is not one of the wallet's owner
 */
export function openedKey(services: Services, { tenant, id }: WalletRow, authority: OpenedMethod): Promise<Uint8Array> {
  return decide(async () => {
    const wallet = await findWallet(services, tenant, id)
    assertUsable(wallet)
    if (authority.row.ownerId !== wallet.ownerId) throw new BillfoldError('signing-method.invalid')
    const { secret } = await currentSecret(services, authority)
    return openWalletKey(wallet, secret)
  })
}

/** For a commit after which something is given that the wallet's key has made: wallet and method are what the key was opened by. */
export function stillOpen({ id }: WalletRow, authority: OpenedMethod): readonly Write[] {
  const { ownerId } = authority.row
  return [check(wallets, { where: { id, ownerId, archivedAt: null } }), stillThere(authority)]
}

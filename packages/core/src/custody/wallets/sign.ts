import type { CustodyServices } from '../services.ts'
import { toSmartAccountChain } from '../smart-accounts/smart-account-signer.ts'
import type { Act } from '../../platform/acts/act.ts'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import {
  type AuthorizedMethod,
  commitAuthorized,
  isFirstUse,
  loadMasterSecret,
} from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import { check, retryOnConflict, type Write } from '../../kernel/storage/index.ts'
import type { Chain, HexSignature, SignatureRequest } from './chains/chain.ts'
import { signRaw } from './chains/sign-raw.ts'
import type { RequestClaim } from '../saved-requests/claim-request.ts'
import { getCustodyWallet } from './find.ts'
import { type WalletAct, walletAct } from './wallet-act.ts'
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
 * signature is returned, and uses up `claim`, if given. The commit fails if the wallet was archived, or the method replaced or removed, in the meantime.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` if the method does not belong to the wallet's owner,
 *   `signature.unsupported-type`, `input.invalid`, `saved-request.already-signed`
 */
export async function signWithWallet(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: SignatureRequest | RawSignatureRequest,
  authorizedBy: AuthorizedMethod,
  claim?: RequestClaim,
): Promise<HexSignature> {
  const signer = wallet.accountType === null ? chain : await toSmartAccountChain(services, wallet, chain)
  return retryOnConflict(async () => {
    const claimed = (await claim?.writes()) ?? []
    const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () =>
      toSigningAct(actor, wallet, request, authorizedBy),
    )
    const signature = signAndWipe(signer, wallet, request, privateKey)
    await commitAuthorized(
      services,
      authorizedBy,
      walletUnchanged(wallet, authorizedBy),
      ...claimed,
      auditWrite(actor, 'wallet.signed', wallet.id, services.now(), { type: request.type }),
      ...writes,
    )
    return signature
  })
}

function toSigningAct(
  actor: Actor,
  wallet: CustodyWalletRow,
  request: SignatureRequest | RawSignatureRequest,
  authorizedBy: AuthorizedMethod,
): Act {
  return { ...walletAct(actor, wallet, authorizedBy), ...describeSignature(request) }
}

function describeSignature(request: SignatureRequest | RawSignatureRequest): WalletAct {
  if (isRaw(request)) return { kind: 'raw-signature', content: request.data.replace(/^0x/i, '').toLowerCase() }
  if (request.type === 'EIP712')
    return { kind: 'typed-data', content: canonicalizeJson(request.data), typedData: request.data }
  const bytes = typeof request.data === 'string' ? Buffer.from(request.data, 'utf8') : Buffer.from(request.data)
  return { kind: 'message', content: bytes.toString('hex') }
}

function signAndWipe(
  chain: Chain,
  { accountType }: CustodyWalletRow,
  request: SignatureRequest | RawSignatureRequest,
  privateKey: Uint8Array,
): HexSignature {
  try {
    // The key of a contract account signs nothing that does not name the account.
    if (isRaw(request) && accountType !== null) throw new BillfoldError('signature.unsupported-type')
    return isRaw(request) ? signRaw(chain.curve, request.data, privateKey) : chain.sign(request, privateKey)
  } finally {
    privateKey.fill(0)
  }
}

function isRaw(request: SignatureRequest | RawSignatureRequest): request is RawSignatureRequest {
  return request.type !== 'MESSAGE' && request.type !== 'EIP712'
}

/** Checks that a wallet is not archived. @throws BillfoldError `wallet.archived` */
export function assertWalletNotArchived(wallet: CustodyWalletRow): void {
  if (wallet.archivedAt !== null) throw new BillfoldError('wallet.archived')
}

/**
 * Opens the private key of an active wallet. The caller must wipe it after use. The first use of the authorization
 * takes the wallet as the request has read it, later ones read it again, so call it within `retryOnConflict`.
 * No key is opened before the modules have authorized the act.
 * @returns the key, and the writes to commit before its use takes effect
 * @throws BillfoldError `wallet.not-found`, `wallet.archived`, `signing-method.invalid` if the method does not belong to the
 *   wallet's owner; StaleReadError if the master secret was rotated between the reads
 */
export async function loadWalletKey(
  services: CustodyServices,
  wallet: CustodyWalletRow,
  authorizedBy: AuthorizedMethod,
  toAct: () => Act,
): Promise<{ readonly privateKey: Uint8Array; readonly writes: readonly Write[] }> {
  const current = isFirstUse(authorizedBy) ? wallet : await getCustodyWallet(services, wallet.tenant, wallet.id)
  assertWalletNotArchived(current)
  if (authorizedBy.row.ownerId !== current.ownerId) throw new BillfoldError('signing-method.invalid')
  const writes = await authorizeAct(services, toAct)
  const { secret } = await loadMasterSecret(services, authorizedBy)
  return { privateKey: openWalletKey(current, secret), writes }
}

/**
 * Precondition for a commit that precedes returning the result of using a wallet's key: the wallet is still active and
 * belongs to the owner of the signing method. `commitAuthorized` checks the method itself.
 */
export function walletUnchanged({ id }: Pick<CustodyWalletRow, 'id'>, authorizedBy: AuthorizedMethod): Write {
  return check(wallets, { where: { id, ownerId: authorizedBy.row.ownerId, archivedAt: null } })
}

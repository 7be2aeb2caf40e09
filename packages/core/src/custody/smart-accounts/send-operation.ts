import { type AuthorizedMethod, commitAuthorized } from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { backoff, insert, isCommitError, StaleReadError, type Write } from '../../kernel/storage/index.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { RequestClaim } from '../saved-requests/claim-request.ts'
import type { CustodyServices } from '../services.ts'
import { transactionLimits } from '../transactions/limits.ts'
import {
  computeTransactionFingerprint,
  findEarlier,
  type TransactionFingerprint,
} from '../transactions/sending/request-fingerprint.ts'
import { signedTransactionWrites } from '../transactions/sending/signed-transaction-writes.ts'
import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import { accountNonces } from '../transactions/tables.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { loadWalletKey } from '../wallets/sign.ts'
import { walletAct } from '../wallets/wallet-act.ts'
import { broadcastOperation } from './broadcast-operation.ts'
import { buildOperation, getOperationConnection, type UnsignedOperation } from './build-operation.ts'
import { describeOperation } from './operation-act.ts'
import { encodeSafeSignature, hashSafeOperation, safeContracts } from './safe-account.ts'
import { hashUserOperation, serializeUserOperation, type UserOperation } from './user-operation.ts'

interface Sending {
  readonly id: string
  readonly actor: Actor
  readonly wallet: CustodyWalletRow
  readonly authorizedBy: AuthorizedMethod
  readonly request: TransactionRequest
  readonly fingerprint: TransactionFingerprint
  readonly unsigned: UnsignedOperation
  readonly validSeconds: number
  /** The saved request that the operation uses up, whose id it takes. */
  readonly claim: RequestClaim | undefined
}

/**
 * Signs a user operation of a contract account, authorized by a signing method of the wallet's owner, stores it, and sends it
 * through the bundler. What is stored is sent until it is executed or has expired, even if the process dies or the bundler does not
 * respond; the entry point executes its nonce once. A request with the same idempotency key and wallet sends once.
 * @throws BillfoldError those of `buildOperation`, `saved-request.already-signed`, `signing-method.invalid`, `idempotency-key.reused`,
 *   `smart-account.deploying`, `transaction.rejected`, `transaction.insufficient-funds`
 */
export async function sendOperation(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
  authorizedBy: AuthorizedMethod,
  idempotencyKey?: string,
  claim?: RequestClaim,
): Promise<TransactionRow> {
  const { settings } = getOperationConnection(services, wallet.secretType)
  // A saved request is used once, and not repeated by its key.
  const fingerprint = claim?.fingerprint ?? computeTransactionFingerprint(request, idempotencyKey)
  const earlier = await findEarlier(services, { wallet, fingerprint, claim })
  if (earlier !== undefined) return broadcastOperation(services, earlier)
  const id = claim?.id ?? newId()
  const unsigned = await buildOperation(services, wallet, chain.decimals, request, id)
  const { validSeconds } = settings
  const row = await signAndStore(services, {
    id,
    actor,
    wallet,
    authorizedBy,
    request,
    fingerprint,
    unsigned,
    validSeconds,
    claim,
  })
  return broadcastOperation(services, row)
}

/** Stores the signed operation, or returns the row that another process has stored for the same idempotency key. */
async function signAndStore(services: CustodyServices, sending: Sending): Promise<TransactionRow> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await signOnce(services, sending)
    } catch (error) {
      if (!isCommitError(error) && !(error instanceof StaleReadError)) throw error
      if (attempt === transactionLimits.maxSendAttempts) throw new BillfoldError('storage.conflict', { cause: error })
      const earlier = await findEarlier(services, sending)
      if (earlier !== undefined) return earlier
      await backoff(attempt)
    }
  }
}

async function signOnce(services: CustodyServices, sending: Sending): Promise<TransactionRow> {
  const { actor, wallet, authorizedBy, unsigned, claim } = sending
  const claimed = (await claim?.writes()) ?? []
  const reservation = await deploymentReservation(services, sending)
  const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () => ({
    ...walletAct(actor, wallet, authorizedBy),
    ...describeOperation(unsigned),
    kind: 'transaction',
  }))
  const operation = signOperation(services, sending, privateKey)
  const row = buildRow(services, sending, operation)
  await commitAuthorized(
    services,
    authorizedBy,
    ...claimed,
    ...signedTransactionWrites(services, sending, row),
    ...reservation,
    ...writes,
  )
  return row
}

/** Two operations cannot both deploy an account: the first one reserves that, until it is executed or given up. */
async function deploymentReservation(
  { storage }: CustodyServices,
  { unsigned, wallet }: Sending,
): Promise<readonly Write[]> {
  if (unsigned.operation.deployment === undefined) return []
  const account = { network: unsigned.network, address: wallet.address }
  const [reserved] = await storage.find(accountNonces, { where: account, limit: 1 })
  if (reserved !== undefined) throw new BillfoldError('smart-account.deploying')
  return [insert(accountNonces, { ...account, next: 1 })]
}

function signOperation(
  services: CustodyServices,
  { unsigned, validSeconds }: Sending,
  privateKey: Uint8Array,
): UserOperation {
  const validUntil = Math.floor(services.now() / 1000) + validSeconds
  const digest = hashSafeOperation(unsigned.operation, unsigned.chainId, validUntil)
  const { r, s, recovery } = secp256k1.sign(digest, privateKey)
  privateKey.fill(0)
  const signature = Buffer.concat([r, s, Uint8Array.of(27 + recovery)])
  return { ...unsigned.operation, signature: encodeSafeSignature(validUntil, signature) }
}

function buildRow(
  services: CustodyServices,
  { id, wallet, fingerprint, request, unsigned }: Sending,
  operation: UserOperation,
): TransactionRow {
  const now = services.now()
  return {
    id,
    tenant: wallet.tenant,
    walletId: wallet.id,
    userOrigin: wallet.userOrigin,
    secretType: wallet.secretType,
    network: unsigned.network,
    address: wallet.address,
    type: request.type,
    nonce: null,
    hash: hashUserOperation(operation, safeContracts.entryPoint, unsigned.chainId),
    raw: serializeUserOperation(operation),
    rawCancellation: null,
    entryPoint: safeContracts.entryPoint,
    bundleHash: null,
    state: 'signed',
    failureCode: null,
    idempotencyKey: fingerprint.key,
    contentHash: fingerprint.content,
    createdAt: now,
    expiry: null,
    nextCheckAt: now + transactionLimits.checkIntervalMs,
  }
}

import type { CustodyServices } from '../../services.ts'
import { callNode, hasNonces } from '../../chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import { authorizeAct } from '../../../platform/acts/authorize-act.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { describeTransaction } from './transaction-act.ts'
import { buildUnsignedTransaction } from './build-unsigned.ts'
import { buildUnsignedOperation } from '../../smart-accounts/build-unsigned-operation.ts'
import { type ChainFamily, getChainFamily } from '../formats/families.ts'
import { loadAccountState } from '../reservations/account-state.ts'
import { planTransaction } from '../reservations/plan-transaction.ts'
import type { TransactionRequest } from '../formats/transaction-request.ts'

/**
 * Builds the unsigned transaction of a request. Nothing is signed, stored or sent. No node is needed if the request specifies
 * the nonce and all gas fields.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, `transaction.chain-unavailable`,
 *   `transaction.insufficient-funds`, `transaction.reverted`
 */
export async function buildTransaction(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<Readonly<Record<string, unknown>>> {
  if (wallet.accountType !== null) return buildUnsignedOperation(services, actor, wallet, chain, request)
  const build = orderingOf(services, wallet) === 'nonces' ? buildWithNonce : buildReserving
  const fields = await build(services, actor, wallet, chain, request)
  return { ...fields, secretType: wallet.secretType, walletId: wallet.id }
}

function orderingOf({ chainConnections }: CustodyServices, { secretType }: CustodyWalletRow): ChainFamily['ordering'] {
  return getChainFamily(secretType, chainConnections.clients.get(secretType)).ordering
}

async function buildWithNonce(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const { unsigned, network } = await buildUnsignedTransaction(services, wallet, chain, request)
  await authorizeBuild(services, actor, wallet, describeTransaction(unsigned, network))
  return unsigned.describe(await findNonce(services, wallet, request))
}

/** Nothing is reserved: a transaction that is sent meanwhile may use the same. */
async function buildReserving(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: TransactionRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const { plan, network } = await planTransaction(services, wallet, chain, request)
  await authorizeBuild(services, actor, wallet, describeTransaction(plan, network))
  return plan.prepare(await loadAccountState(services, { network, address: wallet.address }, 1)).describe()
}

/** Nothing is committed, so a build is decided about and not counted. */
async function authorizeBuild(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  act: ReturnType<typeof describeTransaction>,
): Promise<void> {
  await authorizeAct(services, () => ({
    ...act,
    kind: 'transaction-build',
    actor,
    userId: wallet.userId,
    walletId: wallet.id,
    chain: wallet.secretType,
  }))
}

async function findNonce(
  services: CustodyServices,
  wallet: CustodyWalletRow,
  request: TransactionRequest,
): Promise<number> {
  const requested = request.chainSpecificFields?.nonce
  if (requested !== undefined) return requested
  const client = services.chainConnections.clients.get(wallet.secretType)
  if (client === undefined || !hasNonces(client)) throw new BillfoldError('transaction.chain-unavailable')
  return (await callNode(client, services.logger, () => client.nonces(wallet.address))).next
}

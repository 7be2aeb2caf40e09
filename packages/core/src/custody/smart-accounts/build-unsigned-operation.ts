import { newId } from '../../kernel/ids.ts'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { CustodyServices } from '../services.ts'
import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { buildOperation } from './build-operation.ts'
import { describeOperation } from './operation-act.ts'
import { safeContracts } from './safe-account.ts'
import { formatUserOperation } from './user-operation.ts'

/**
 * Builds the user operation of a request and describes it, without its signature. Nothing is signed, stored or sent.
 * @throws BillfoldError those of `buildOperation`
 */
export async function buildUnsignedOperation(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  { decimals }: Chain,
  request: TransactionRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const unsigned = await buildOperation(services, wallet, decimals, request, newId())
  // Nothing is committed, so a build is decided about and not counted.
  await authorizeAct(services, () => ({
    ...describeOperation(unsigned),
    kind: 'transaction-build',
    actor,
    userId: wallet.userId,
    walletId: wallet.id,
    chain: wallet.secretType,
  }))
  const { signature: _, ...userOperation } = formatUserOperation(unsigned.operation)
  const calls = unsigned.calls.map(({ to, value, data }) => ({
    to,
    value: value.toString(),
    data: `0x${Buffer.from(data).toString('hex')}`,
  }))
  return {
    type: 'USER_OPERATION',
    chainId: unsigned.chainId.toString(),
    entryPoint: safeContracts.entryPoint,
    calls,
    userOperation,
    secretType: wallet.secretType,
    walletId: wallet.id,
  }
}

import { secp256k1 } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { addr } from 'micro-eth-signer'
import { callNode } from '../chain-clients/index.ts'
import { encodeFunctionData } from '../transactions/formats/evm/encode-function-data.ts'
import type { CustodyServices } from '../services.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import { bytesToHex } from '../wallets/chains/hex.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { isDeployed } from './account-state.ts'
import { getOperationConnection } from './build-operation.ts'
import { buildSafeDeployment, hashSafeMessage } from './safe-account.ts'

/**
 * Returns the chain with the signatures of a contract account, which its contract verifies (ERC-1271). Until the account is deployed
 * they bring the call that deploys it (ERC-6492). Every signature names the account and its chain, so that it is neither a user
 * operation nor a transaction of the owner.
 * @throws BillfoldError `smart-account.unavailable`, `transaction.chain-unavailable`
 */
export async function toSmartAccountChain(
  services: CustodyServices,
  wallet: CustodyWalletRow,
  chain: Chain,
): Promise<Chain> {
  const { client } = getOperationConnection(services, wallet.secretType)
  const deployed = await callNode(client, services.logger, () => isDeployed(client, wallet.address))
  const chainId = BigInt(client.network.slice('eip155:'.length))
  return {
    ...chain,
    sign: (request, privateKey) => {
      const digest = chain.computeDigest?.(request)
      if (digest === undefined) throw new BillfoldError('signature.unsupported-type')
      const { r, s, recovery } = secp256k1.sign(hashSafeMessage(wallet.address, chainId, digest), privateKey)
      const signature = Buffer.concat([r, s, Uint8Array.of(27 + recovery)])
      return { type: 'HEX_SIGNATURE', signature: bytesToHex(deployed ? signature : wrap(wallet, signature)) }
    },
  }
}

/** Wraps a signature with the call that deploys its account (ERC-6492). */
function wrap({ publicKey }: CustodyWalletRow, signature: Uint8Array): Uint8Array {
  const { factory, factoryData } = buildSafeDeployment(addr.fromPublicKey(publicKey))
  // The arguments of a call are encoded like those of `abi.encode`, behind its selector.
  const encoded = encodeFunctionData('wrap', [
    { type: 'address', value: factory },
    { type: 'bytes', value: bytesToHex(factoryData) },
    { type: 'bytes', value: bytesToHex(signature) },
  ])
  return Buffer.concat([encoded.subarray(4), Buffer.from('6492'.repeat(16), 'hex')])
}

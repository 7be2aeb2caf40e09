import { addr } from 'micro-eth-signer'
import { callNode, type ContractSignature, type EvmClient, verifyContractSignature } from '../chain-clients/index.ts'
import type { CustodyServices } from '../services.ts'
import type { Chain, SignatureRequest } from './chains/chain.ts'

/** Time that the node has to verify a signature. */
const verificationTimeoutMs = 5_000

type ContractServices = Pick<CustodyServices, 'chainConnections' | 'logger'>

/**
 * Verifies the signature of a contract account (ERC-1271), deployed or not (ERC-6492), on the chain of its wallet. False if the host has
 * configured no client of the chain.
 * @throws BillfoldError `transaction.chain-unavailable`, `input.invalid` if the data cannot be signed as that type
 */
export async function isContractSignature(
  services: ContractServices,
  chain: Chain,
  request: SignatureRequest,
  signature: string,
  address: string,
): Promise<boolean> {
  const client = services.chainConnections.clients.get(chain.secretType)
  if (client?.family !== 'evm' || chain.computeDigest === undefined || !/^0x(?:[0-9a-fA-F]{2})*$/.test(signature))
    return false
  // In mixed case the checksum must be right (ERC-55).
  if (!/^0x[0-9a-fA-F]{40}$/.test(address) || !addr.isValid(address)) return false
  const bytes = Uint8Array.from(Buffer.from(signature.slice(2), 'hex'))
  return askNode(services, client, { address, digest: chain.computeDigest(request), signature: bytes })
}

/**
 * Creates a function that verifies signatures of contract accounts on a chain, by its EIP-155 id. False if the host has configured
 * no client of the chain.
 * @throws BillfoldError the returned function: `transaction.chain-unavailable`
 */
export function contractSignatureVerifier(
  services: ContractServices,
): (query: ContractSignature & { readonly chainId: number }) => Promise<boolean> {
  return async ({ chainId, ...query }) => {
    const clients = [...services.chainConnections.clients.values()]
    const client = clients.find(({ network }) => network === `eip155:${chainId}`)
    return client?.family === 'evm' && (await askNode(services, client, query))
  }
}

function askNode({ logger }: ContractServices, client: EvmClient, query: ContractSignature): Promise<boolean> {
  return callNode(client, logger, () => verifyContractSignature(client, query), verificationTimeoutMs)
}

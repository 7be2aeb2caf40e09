import { keccak_256 } from '@noble/hashes/sha3.js'
import { RLP } from 'micro-eth-signer/core/rlp.js'
import { type EvmClient, type EvmFees, fetchFeesInRange } from '../../../custody/chain-clients/index.ts'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import { addressToBytes, publicKeyToAddress, isAddress, toChecksumAddress, zeroAddress } from '../address.ts'
import { computeChangeDigest } from '../change-digest.ts'
import { encodeViewCall, encodeSignedCall } from './erc1056.ts'
import { didLimits } from '../limits.ts'
import type { Payer } from './payer.ts'
import { signPayerTransaction } from './payer-transaction.ts'
import type { Address, PreparedChange, RegistryChange } from '../registry.ts'

/** Options of {@link deployRegistryContract}. */
export interface DeployRegistryOptions {
  readonly client: EvmClient
  /** The account that pays. It must have no other transaction pending. */
  readonly payer: Payer
  /** The creation bytecode of the contract EthereumDIDRegistry, which is not part of this package. */
  readonly bytecode: Uint8Array
  /** The fees of a unit of gas. Defaults to what the node suggests. */
  readonly fees?: EvmFees
  /** Time to wait for the contract to be included in a block, in milliseconds. Defaults to 60,000. */
  readonly receiptTimeoutMs?: number
}

/** The gas limit of the deployment, which uses about 1.1 million. Unused gas is not paid for. */
const deploymentGas = 2_500_000n

/**
 * Deploys an ERC-1056 registry contract, waits until it is included in a block, and checks it with
 * {@link checkRegistryContract}.
 *
 * @returns the address of the contract with its checksum (EIP-55)
 * @throws BillfoldError `transaction.insufficient-funds`, `transaction.rejected`, `transaction.reverted`,
 *   `transaction.chain-unavailable` (if it is not in a block in time), `did.not-a-registry`; errors of the client pass
 *   through
 *
 * @example
 * ```ts
 * import { environmentKeyring, evmChainClient } from '@billfold/core'
 * import { deployRegistryContract, keyringPayer } from '@billfold/core/dids'
 *
 * const contract = await deployRegistryContract({
 *   client: evmChainClient({ url: 'https://node.example', chainId: 11155111 }),
 *   payer: keyringPayer(environmentKeyring(), '2026a'),
 *   bytecode: Buffer.from('6080…', 'hex'), // of EthereumDIDRegistry
 * })
 * ```
 */
export async function deployRegistryContract(deployment: DeployRegistryOptions): Promise<string> {
  const { client, payer, bytecode } = deployment
  const from = await payer.address()
  const { next: nonce } = await client.nonces(toChecksumAddress(from))
  const fees = deployment.fees ?? (await fetchFeesInRange(client))
  const chainId = BigInt(client.network.slice('eip155:'.length))
  const { raw, hash } = await signPayerTransaction(
    payer,
    { chainId, data: bytecode, gasLimit: deploymentGas, fees },
    nonce,
  )
  const answer = await client.broadcast(raw)
  if (answer.outcome === 'rejected' && answer.reason === 'insufficient-funds')
    throw new BillfoldError('transaction.insufficient-funds')
  if (answer.outcome !== 'accepted') throw new BillfoldError('transaction.rejected')
  await waitUntilMined(client, hash, deployment.receiptTimeoutMs ?? didLimits.receiptTimeoutMs)
  const contract = computeContractAddress(from, nonce)
  await checkRegistryContract(client, contract)
  return toChecksumAddress(contract)
}

async function waitUntilMined(client: EvmClient, hash: string, milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  for (;;) {
    const { state } = await client.status(hash)
    if (state === 'mined') return
    if (state === 'failed') throw new BillfoldError('transaction.reverted')
    if (performance.now() > until)
      throw new BillfoldError('transaction.chain-unavailable', {
        message: `The transaction ${hash} was sent but is not in a block yet; check its status before you deploy again`,
      })
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Computes the address of a contract from the creating account and its nonce (Ethereum yellow paper, section 7). */
function computeContractAddress(from: Address, nonce: number): Address {
  const digits = nonce === 0 ? '' : nonce.toString(16)
  const number = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  const hash = keccak_256(RLP.encode([addressToBytes(from), Uint8Array.from(number)]))
  return `0x${Buffer.from(hash.subarray(12)).toString('hex')}`
}

/**
 * Checks, without sending a transaction, that a contract is an ERC-1056 registry: an unused identity owns itself, a
 * change signed by its owner would succeed, and a change signed by another key would be reverted.
 *
 * @param contract 0x and 40 hex digits
 * @throws BillfoldError `did.not-a-registry`; errors of the client pass through
 */
export async function checkRegistryContract(client: EvmClient, contract: string): Promise<void> {
  const address = contract.toLowerCase()
  if (!isAddress(address)) throw new BillfoldError('did.not-a-registry')
  const to = toChecksumAddress(address)
  const [key, another] = [secp256k1.generatePrivateKey(), secp256k1.generatePrivateKey()]
  const identity = publicKeyToAddress(secp256k1.getPublicKey(key))
  const read = async (name: 'identityOwner' | 'nonce' | 'changed'): Promise<bigint | undefined> => {
    const answer = await client.call({ from: zeroAddress, to, value: 0n, data: encodeViewCall(name, identity) })
    return answer.length === 32 ? BigInt(`0x${Buffer.from(answer).toString('hex')}`) : undefined
  }
  const wouldSucceed = async (signer: Uint8Array): Promise<boolean> => {
    const change: RegistryChange = { kind: 'attribute', name: 'did/svc/Check', value: new Uint8Array(), validity: 1 }
    const digest = computeChangeDigest(address, 0n, identity, change)
    const prepared: PreparedChange = { identity, change, signer: identity, nonce: 0n, digest }
    const data = encodeSignedCall(prepared, secp256k1.sign(digest, signer))
    return succeeds(client.call({ from: zeroAddress, to, value: 0n, data }))
  }
  const isRegistry =
    (await read('identityOwner')) === BigInt(identity) &&
    (await read('nonce')) === 0n &&
    (await read('changed')) === 0n &&
    (await wouldSucceed(key)) &&
    !(await wouldSucceed(another))
  if (!isRegistry) throw new BillfoldError('did.not-a-registry')
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (isBillfoldError(error, 'transaction.reverted')) return false
    throw error
  }
}

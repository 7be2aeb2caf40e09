import { keccak_256 } from '@noble/hashes/sha3.js'
import { RLP } from 'micro-eth-signer/core/rlp.js'
import type { EvmClient, EvmFees } from '../chain-clients/index.ts'
import { secp256k1 } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { addressBytes, addressOf, isAddress, withChecksum, zeroAddress } from './address.ts'
import { digestOf } from './digest.ts'
import { readCall, signedCall } from './erc1056.ts'
import { didLimits } from './limits.ts'
import type { Payer } from './payer.ts'
import { signAsPayer } from './payer-transaction.ts'
import type { Address, PreparedChange, RegistryChange } from './registry.ts'

/** What a contract is deployed with. */
export interface Deployment {
  readonly client: EvmClient
  /** The account that pays and that has nothing else under way. */
  readonly payer: Payer
  /** The code that makes the contract: that of EthereumDIDRegistry, which is no part of this package. */
  readonly bytecode: Uint8Array
  /** What a unit of gas costs, where the node is not to be asked. */
  readonly fees?: EvmFees
  /** How long to wait until it is in a block, in milliseconds: 60,000. */
  readonly receiptMilliseconds?: number
}

/** What the deployment may cost at most; what it does not use is not paid. It takes about 1.1 million. */
const deploymentGas = 2_500_000n

/**
 * Deploys a contract of ERC-1056, and waits until it is there and does what it must.
 * @returns its address, with its checksum (EIP-55)
 * @throws BillfoldError `transaction.insufficient-funds`, `transaction.refused`, `transaction.reverted`, and as
 *   {@link checkRegistryContract}; what the client throws passes through
 */
export async function deployRegistryContract(deployment: Deployment): Promise<string> {
  const { client, payer, bytecode } = deployment
  const from = await payer.address()
  const { next: nonce } = await client.nonces(withChecksum(from))
  const fees = deployment.fees ?? (await client.fees())
  const chainId = BigInt(client.network.slice('eip155:'.length))
  const { raw, hash } = await signAsPayer(payer, { chainId, data: bytecode, gasLimit: deploymentGas, fees }, nonce)
  const answer = await client.broadcast(raw)
  if (answer.outcome === 'refused' && answer.reason === 'insufficient-funds')
    throw new BillfoldError('transaction.insufficient-funds')
  if (answer.outcome !== 'accepted') throw new BillfoldError('transaction.refused')
  await mined(client, hash, deployment.receiptMilliseconds ?? didLimits.receiptMilliseconds)
  const contract = createdAddress(from, nonce)
  await checkRegistryContract(client, contract)
  return withChecksum(contract)
}

async function mined(client: EvmClient, hash: string, milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  for (;;) {
    const { state } = await client.status(hash)
    if (state === 'mined') return
    if (state === 'failed') throw new BillfoldError('transaction.reverted')
    if (performance.now() > until)
      throw new BillfoldError('transaction.chain-unavailable', {
        message: `The transaction ${hash} was sent and is in no block yet; look for it before you deploy again`,
      })
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Where a contract that an account creates comes to lie: the hash of the account and its nonce (yellow paper, section 7). */
function createdAddress(from: Address, nonce: number): Address {
  const digits = nonce === 0 ? '' : nonce.toString(16)
  const number = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  const hash = keccak_256(RLP.encode([addressBytes(from), Uint8Array.from(number)]))
  return `0x${Buffer.from(hash.subarray(12)).toString('hex')}`
}

/**
 * Tries a contract, without a transaction: an identity that nobody has seen owns itself, a change that it has signed would
 * be made, and one that somebody else has signed would not.
 * @throws BillfoldError `did.not-a-registry`; what the client throws passes through
 */
export async function checkRegistryContract(client: EvmClient, contract: string): Promise<void> {
  const address = contract.toLowerCase()
  if (!isAddress(address)) throw new BillfoldError('did.not-a-registry')
  const to = withChecksum(address)
  const [key, another] = [secp256k1.generatePrivateKey(), secp256k1.generatePrivateKey()]
  const identity = addressOf(secp256k1.publicKeyOf(key))
  const read = async (name: 'identityOwner' | 'nonce' | 'changed'): Promise<bigint | undefined> => {
    const answer = await client.call({ from: zeroAddress, to, value: 0n, data: readCall(name, identity) })
    return answer.length === 32 ? BigInt(`0x${Buffer.from(answer).toString('hex')}`) : undefined
  }
  const would = async (signer: Uint8Array): Promise<boolean> => {
    const change: RegistryChange = { kind: 'attribute', name: 'did/svc/Check', value: new Uint8Array(), validity: 1 }
    const digest = digestOf(address, 0n, identity, change)
    const prepared: PreparedChange = { identity, change, signer: identity, nonce: 0n, digest }
    const data = signedCall(prepared, secp256k1.sign(digest, signer))
    return accepted(client.call({ from: zeroAddress, to, value: 0n, data }))
  }
  const isOne =
    (await read('identityOwner')) === BigInt(identity) &&
    (await read('nonce')) === 0n &&
    (await read('changed')) === 0n &&
    (await would(key)) &&
    !(await would(another))
  if (!isOne) throw new BillfoldError('did.not-a-registry')
}

async function accepted(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (isBillfoldError(error, 'transaction.reverted')) return false
    throw error
  }
}

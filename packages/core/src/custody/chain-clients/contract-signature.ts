import type { EvmClient } from './chain-client.ts'
import { hexDataSchema } from './hex-schemas.ts'

/** A signature that a contract account is said to have made. */
export interface ContractSignature {
  /** The account's address, hex with `0x`. */
  readonly address: string
  /** The 32 bytes that were signed. */
  readonly digest: Uint8Array
  /** In any format that the account knows, at most {@link maxContractSignatureBytes} bytes. */
  readonly signature: Uint8Array
}

/** Maximum size of a signature, with the calls that deploy its account (ERC-6492). */
export const maxContractSignatureBytes = 8 * 1024

/** Gas of one verification. Checking a passkey without a precompile takes about 1,000,000, and so does deploying an account. */
export const contractSignatureGas = 10_000_000n

/** `isValidSignature(bytes32,bytes)`, as its selector and as what it returns (ERC-1271). */
const magicValue = '1626ba7e'
/** The end of a signature of an account that is not deployed yet (ERC-6492). */
const deploymentSuffix = '6492'.repeat(16)

/**
 * Verifies the signature of a contract account in one call to a node, which therefore sees the state of one block: the account is
 * asked (ERC-1271); if that fails and the signature brings the call that deploys or prepares the account (ERC-6492), that call is
 * made and the account is asked again. Nothing is written to the chain. False if the client cannot execute code.
 *
 * @throws Error if the node cannot be reached
 */
export async function verifyContractSignature(client: EvmClient, query: ContractSignature): Promise<boolean> {
  if (client.execute === undefined || query.signature.length > maxContractSignatureBytes) return false
  const account = hexDataSchema.safeParse(query.address)
  if (account.data?.length !== 20 || query.digest.length !== 32) return false
  const code = buildVerifier(Buffer.from(account.data).toString('hex'), query)
  const result = code && (await client.execute(code, contractSignatureGas))
  return result?.length === 32 && BigInt(`0x${Buffer.from(result).toString('hex')}`) === 1n
}

interface Deployment {
  /** 40 hex digits. */
  readonly factory: string
  readonly call: Uint8Array
}

/** Builds the code that verifies. Returns undefined for an ERC-6492 signature that is not encoded as it should be. */
function buildVerifier(account: string, { digest, signature }: ContractSignature): Uint8Array | undefined {
  if (!endsWithSuffix(signature)) return assemble(account, encodeIsValidSignature(digest, signature), undefined)
  const wrapped = decodeWrapped(signature.subarray(0, -32))
  return wrapped && assemble(account, encodeIsValidSignature(digest, wrapped.signature), wrapped.deployment)
}

function endsWithSuffix(signature: Uint8Array): boolean {
  return Buffer.from(signature.subarray(-32)).toString('hex') === deploymentSuffix
}

/** Decodes `abi.encode(address factory, bytes call, bytes signature)`. */
function decodeWrapped(
  bytes: Uint8Array,
): { readonly deployment: Deployment; readonly signature: Uint8Array } | undefined {
  const [factory, call, signature] = [readWord(bytes, 0), readBytes(bytes, 1), readBytes(bytes, 2)]
  if (factory === undefined || factory >> 160n !== 0n || call === undefined || signature === undefined) return undefined
  return { deployment: { factory: factory.toString(16).padStart(40, '0'), call }, signature }
}

function readWord(bytes: Uint8Array, offset: number): bigint | undefined {
  const found = Buffer.from(bytes.subarray(offset, offset + 32))
  return found.length === 32 ? BigInt(`0x${found.toString('hex')}`) : undefined
}

function readBytes(bytes: Uint8Array, argument: number): Uint8Array | undefined {
  const offset = readWord(bytes, argument * 32)
  if (offset === undefined || offset > bytes.length) return undefined
  const length = readWord(bytes, Number(offset))
  const start = Number(offset) + 32
  return length === undefined || length > bytes.length - start ? undefined : bytes.slice(start, start + Number(length))
}

/** Encodes the call `isValidSignature(digest, signature)` (Solidity Contract ABI Specification). */
function encodeIsValidSignature(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  const padding = Buffer.alloc((32 - (signature.length % 32)) % 32)
  return Buffer.concat([Buffer.from(magicValue, 'hex'), digest, word(64), word(signature.length), signature, padding])
}

function word(value: number): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}

/** Opcodes of the Ethereum Yellow Paper, appendix H.2, in hex. */
const op = {
  lt: '10',
  eq: '14',
  and: '16',
  or: '17',
  shl: '1b',
  codecopy: '39',
  returndatasize: '3d',
  pop: '50',
  mload: '51',
  mstore: '52',
  gas: '5a',
  push4: '63',
  push20: '73',
  call: 'f1',
  return: 'f3',
  staticcall: 'fa',
} as const

/**
 * Assembles creation code that returns one word, 1 or 0, and is executed without being deployed. It has no jumps, so that it can be
 * read from top to bottom. The calls follow it as data and are copied to memory: the factory's, then the account's.
 */
function assemble(account: string, accountCall: Uint8Array, deployment: Deployment | undefined): Uint8Array {
  const factoryCall = deployment?.call ?? new Uint8Array()
  const output = push(factoryCall.length + accountCall.length)
  // success and more than 31 bytes returned, and they are the magic value
  const ask =
    push(32) +
    output +
    push(accountCall.length) +
    push(factoryCall.length) +
    op.push20 +
    account +
    op.gas +
    op.staticcall +
    op.returndatasize +
    push(31) +
    op.lt +
    op.and +
    output +
    op.mload +
    op.push4 +
    magicValue +
    push(224) +
    op.shl +
    op.eq +
    op.and
  const deploy =
    push(0) +
    push(0) +
    push(factoryCall.length) +
    push(0) +
    push(0) +
    op.push20 +
    (deployment?.factory ?? '') +
    op.gas +
    op.call +
    op.pop
  const attempts = deployment === undefined ? ask : ask + deploy + ask + op.or
  const rest = attempts + push(0) + op.mstore + push(32) + push(0) + op.return
  const copy = (offset: number): string =>
    push(factoryCall.length + accountCall.length) + push(offset) + push(0) + op.codecopy
  const program = Buffer.from(copy((copy(0).length + rest.length) / 2) + rest, 'hex')
  return Buffer.concat([program, factoryCall, accountCall])
}

/** PUSH3: of fixed width, so that the length of the program does not depend on its numbers. */
function push(value: number): string {
  return `62${value.toString(16).padStart(6, '0')}`
}

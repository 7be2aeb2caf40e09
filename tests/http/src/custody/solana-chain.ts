import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  address,
  type Address,
  getAddressDecoder,
  getAddressEncoder,
  getBase58Decoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  lamports,
  type Transaction,
} from '@solana/kit'
import { FailedTransactionMetadata, LiteSVM } from 'litesvm'

const tokenProgram = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')

/** A chain of Solana in this process: the programs of the network run in LiteSVM, behind the JSON-RPC methods of a node. */
export interface SolanaChain {
  readonly url: string
  readonly genesisHash: string
  /** Every transaction that was executed, as another library decodes it, by its hash. */
  readonly executed: Map<string, Transaction>
  /** Answers a method in another way: a result, or an error. */
  readonly overrides: Map<string, (params: readonly unknown[]) => unknown>
  readonly airdrop: (to: string, sol: number) => void
  readonly balanceOf: (owner: string) => bigint
  /** Lets blocks pass; a blockhash expires after 150. */
  readonly passBlocks: (blocks: number) => void
  /** Creates a token, of six decimals by default, and gives an account of it to an owner at an address. */
  readonly createToken: (
    mint: string,
    tokenAccount: string,
    owner: string,
    amount: bigint,
    options?: { readonly decimals?: number; readonly isFrozen?: boolean },
  ) => void
  readonly tokensOf: (tokenAccount: string) => bigint | undefined
  readonly close: () => Promise<void>
}

const blockhashBlocks = 150

/** An error of a JSON-RPC method. */
export class SolanaRpcError extends Error {
  readonly code = -32_002
}

/** Starts the chain. */
export async function startSolanaChain(): Promise<SolanaChain> {
  const svm = new LiteSVM().withTransactionHistory(10_000n)
  const executed = new Map<string, Transaction>()
  const statuses = new Map<string, { readonly slot: number; readonly err: string | null }>()
  const bySlot = new Map<number, readonly object[]>()
  const overrides: SolanaChain['overrides'] = new Map()
  const genesisHash = svm.latestBlockhash()
  const finalized = 32
  let height = 1000
  let validUntil = height + blockhashBlocks
  const encode = (one: string): Uint8Array => Uint8Array.from(getAddressEncoder().encode(address(one)))
  const methods: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    getGenesisHash: () => genesisHash,
    getBlockHeight: ([query]) =>
      (query as { commitment: string }).commitment === 'finalized' ? height - finalized : height,
    getSlot: ([query]) => ((query as { commitment: string }).commitment === 'finalized' ? height - finalized : height),
    // Only slots with transactions have a block; the others were skipped.
    getBlocks: ([first, last]) => {
      const slots = [...bySlot.keys()].filter((slot) => slot >= Number(first) && slot <= Number(last))
      return slots.toSorted((one, other) => one - other)
    },
    getBlock: ([slot]) => ({ transactions: bySlot.get(Number(slot)) }),
    getBalance: ([owner]) => ({ value: Number(svm.getBalance(owner as Address) ?? 0n) }),
    getLatestBlockhash: () => ({ value: { blockhash: svm.latestBlockhash(), lastValidBlockHeight: validUntil } }),
    getRecentPrioritizationFees: () => [0, 5000, 1000, 2000].map((prioritizationFee) => ({ prioritizationFee })),
    getMinimumBalanceForRentExemption: ([bytes]) => Number(svm.minimumBalanceForRentExemption(BigInt(bytes as number))),
    getAccountInfo: ([owner]) => {
      const found = svm.getAccount(owner as Address)
      if (!found.exists) return { value: null }
      return { value: { owner: found.programAddress, data: parseToken(found.programAddress, found.data) } }
    },
    getEpochInfo: () => ({ absoluteSlot: height - finalized, blockHeight: height - finalized }),
    getSignatureStatuses: ([hashes]) => ({
      context: { slot: height },
      value: (hashes as readonly string[]).map((hash) => {
        const found = statuses.get(hash)
        if (found === undefined) return null
        const depth = height - found.slot
        return { ...found, confirmations: depth >= finalized ? null : depth, confirmationStatus: 'confirmed' }
      }),
    }),
    sendTransaction: ([base64]) => {
      const transaction = getTransactionDecoder().decode(Buffer.from(String(base64), 'base64'))
      const [signature] = Object.values(transaction.signatures)
      const hash = signature === null || signature === undefined ? '' : getBase58Decoder().decode(signature)
      if (executed.has(hash))
        throw new SolanaRpcError('Transaction simulation failed: This transaction has already been processed')
      const simulated = svm.simulateTransaction(transaction)
      if (simulated instanceof FailedTransactionMetadata) throw new SolanaRpcError(describe(simulated))
      const before = describeBalances(svm, transaction)
      const result = svm.sendTransaction(transaction)
      if (result instanceof FailedTransactionMetadata) throw new SolanaRpcError(describe(result))
      const after = describeBalances(svm, transaction)
      const meta = {
        err: null,
        preBalances: before.coins,
        postBalances: after.coins,
        preTokenBalances: before.tokens,
        postTokenBalances: after.tokens,
      }
      const accountKeys = after.addresses.map((pubkey) => ({ pubkey }))
      const described = { transaction: { signatures: [hash], accountKeys }, meta }
      bySlot.set(height, [...(bySlot.get(height) ?? []), described])
      executed.set(hash, transaction)
      statuses.set(hash, { slot: height, err: null })
      return hash
    },
  }
  const answer = async (method: string, params: readonly unknown[]): Promise<object> => {
    try {
      const call = overrides.get(method) ?? methods[method]
      if (call === undefined) throw new Error(`no such method: ${method}`)
      return { result: await call(params) }
    } catch (error) {
      const code = error instanceof SolanaRpcError ? error.code : -32_603
      return { error: { code, message: error instanceof Error ? error.message : String(error) } }
    }
  }
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { id, method, params } = JSON.parse(await text(request)) as { id: number; method: string; params: unknown[] }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(await answer(method, params)) }))
  }
  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const setAccount = (at: string, data: Uint8Array): void =>
    svm.setAccount({
      address: address(at),
      data,
      executable: false,
      lamports: lamports(svm.minimumBalanceForRentExemption(BigInt(data.length))),
      programAddress: tokenProgram,
      space: BigInt(data.length),
    })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    genesisHash,
    executed,
    overrides,
    airdrop: (to, sol) => {
      svm.airdrop(address(to), lamports(BigInt(sol * 1e9)))
    },
    balanceOf: (owner) => svm.getBalance(address(owner)) ?? 0n,
    passBlocks: (blocks) => {
      height += blocks
      if (height <= validUntil) return
      svm.expireBlockhash()
      validUntil = height + blockhashBlocks
    },
    createToken: (mint, tokenAccount, owner, amount, { decimals = 6, isFrozen = false } = {}) => {
      const token = Buffer.alloc(82)
      token.writeBigUInt64LE(amount, 36)
      token.writeUInt8(decimals, 44)
      token.writeUInt8(1, 45)
      setAccount(mint, Uint8Array.from(token))
      const held = Buffer.alloc(165)
      held.set(encode(mint), 0)
      held.set(encode(owner), 32)
      held.writeBigUInt64LE(amount, 64)
      held.writeUInt8(isFrozen ? 2 : 1, 108)
      setAccount(tokenAccount, Uint8Array.from(held))
    },
    tokensOf: (tokenAccount) => {
      const found = svm.getAccount(address(tokenAccount))
      return found.exists ? Buffer.from(found.data).readBigUInt64LE(64) : undefined
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The balances of the accounts of a transaction, as a block shows them. */
function describeBalances(svm: LiteSVM, transaction: Transaction) {
  const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes)
  const addresses = 'staticAccounts' in message ? message.staticAccounts : []
  const tokens = addresses.flatMap((one, accountIndex) => {
    const found = svm.getAccount(one)
    if (!found.exists || found.programAddress !== tokenProgram || found.data.length !== 165) return []
    const decode = (start: number): string => getAddressDecoder().decode(found.data.slice(start, start + 32))
    const amount = Buffer.from(found.data).readBigUInt64LE(64).toString()
    return [{ accountIndex, mint: decode(0), owner: decode(32), uiTokenAmount: { amount } }]
  })
  return { addresses, tokens, coins: addresses.map((one) => Number(svm.getBalance(one) ?? 0n)) }
}

/** What a node shows of a mint and of a token account in the encoding `jsonParsed`. */
function parseToken(owner: string, bytes: Uint8Array): object {
  const data = Buffer.from(bytes)
  if (owner === tokenProgram && data.length === 82) {
    const info = { decimals: data[44], supply: data.readBigUInt64LE(36).toString() }
    return { parsed: { type: 'mint', info } }
  }
  if (owner === tokenProgram && data.length === 165) {
    const tokenAmount = { amount: data.readBigUInt64LE(64).toString() }
    return { parsed: { type: 'account', info: { state: data[108] === 2 ? 'frozen' : 'initialized', tokenAmount } } }
  }
  return ['', 'base64']
}

/** The message of a node for what LiteSVM reports. */
function describe(failed: FailedTransactionMetadata): string {
  const report = failed.toString()
  const [, index, code] = /InstructionError\((\d+), Custom\((\d+)\)\)/.exec(report) ?? []
  const reason = report.includes('err: AccountNotFound')
    ? 'Attempt to debit an account but found no record of a prior credit.'
    : index === undefined
      ? report.slice(0, 200)
      : `Error processing Instruction ${index}: custom program error: 0x${Number(code).toString(16)}`
  return `Transaction simulation failed: ${reason}`
}

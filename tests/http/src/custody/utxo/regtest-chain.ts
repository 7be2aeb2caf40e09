import { randomBytes } from 'node:crypto'
import { address as addresses, crypto, type Network, payments, script as scripts, Transaction } from 'bitcoinjs-lib'
import * as ecc from 'tiny-secp256k1'

/** Rates in minor units per 1000 virtual bytes. */
export interface RelayRules {
  readonly incrementalFeeRate: bigint
  readonly dustRelayFeeRate: bigint
}

/** A refusal, with the code and text of Bitcoin Core. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

interface Entry {
  readonly transaction: Transaction
  readonly fee: bigint
}

interface Block {
  readonly hash: string
  readonly transactions: readonly Transaction[]
}

/** An output of the chain. */
export interface RegtestCoin {
  readonly txid: string
  readonly vout: number
  readonly value: bigint
  readonly script: Uint8Array
  readonly height: number
}

/**
 * A chain with the rules of Bitcoin for P2WPKH inputs, independent of what is tested: values, double spends, signatures (BIP-143), minimum fees, dust,
 * replacement (BIP-125) and chains of 25 unconfirmed transactions.
 */
export interface RegtestChain {
  readonly network: Network
  readonly genesisHash: string
  /** Validates a transaction and adds it to the mempool. @throws Refusal */
  readonly submit: (hex: string) => string
  /** Mines the mempool, or the given transactions. */
  readonly mine: () => void
  /** Creates coins of an address in a new block. */
  readonly fund: (address: string, amounts: readonly bigint[]) => void
  /** Undoes the newest blocks; what they contained returns to the mempool. */
  readonly undoBlocks: (count: number) => void
  readonly dropMempool: () => void
  readonly height: () => number
  readonly findTransaction: (
    txid: string,
  ) => { readonly transaction: Transaction; readonly height?: number } | undefined
  readonly blockHash: (height: number) => string | undefined
  readonly listTransactions: (height: number) => readonly Transaction[]
  readonly listCoins: (address: string) => readonly RegtestCoin[]
  readonly listMempoolCoins: (address: string) => readonly Omit<RegtestCoin, 'height'>[]
  readonly findSpender: (txid: string, vout: number) => { readonly txid: string; readonly height?: number } | undefined
  readonly mempool: ReadonlyMap<string, Entry>
}

/** Creates a chain with one empty block. */
export function createRegtestChain(network: Network, genesisHash: string, rules: RelayRules): RegtestChain {
  const blocks: Block[] = [{ hash: genesisHash, transactions: [] }]
  const mempool = new Map<string, Entry>()

  const confirmed = (): ReadonlyMap<string, RegtestCoin> => {
    const coins = new Map<string, RegtestCoin>()
    for (const [height, { transactions }] of blocks.entries())
      for (const transaction of transactions) {
        for (const input of transaction.ins) coins.delete(toKey(input))
        const txid = transaction.getId()
        for (const [vout, { value, script }] of transaction.outs.entries())
          coins.set(`${txid}:${vout}`, { txid, vout, value, script, height })
      }
    return coins
  }

  const findOutput = (
    coins: ReadonlyMap<string, RegtestCoin>,
    key: string,
  ): Pick<RegtestCoin, 'value' | 'script'> | undefined => {
    const coin = coins.get(key)
    if (coin !== undefined) return coin
    const [txid = '', vout] = key.split(':')
    return mempool.get(txid)?.transaction.outs[Number(vout)]
  }

  const findTransaction: RegtestChain['findTransaction'] = (txid) => {
    const pending = mempool.get(txid)
    if (pending !== undefined) return { transaction: pending.transaction }
    for (const [height, { transactions }] of blocks.entries())
      for (const transaction of transactions) if (transaction.getId() === txid) return { transaction, height }
    return undefined
  }

  /** Removes a transaction of the mempool and all that spend its outputs. */
  const evict = (txid: string): void => {
    const entry = mempool.get(txid)
    mempool.delete(txid)
    for (const [child, { transaction }] of entry === undefined ? [] : [...mempool])
      if (transaction.ins.some(({ hash }) => toTxid(hash) === txid)) evict(child)
  }

  const countAncestors = (transaction: Transaction, found = new Set<string>()): number => {
    for (const { hash } of transaction.ins) {
      const parent = mempool.get(toTxid(hash))
      if (parent === undefined || found.has(toTxid(hash))) continue
      found.add(toTxid(hash))
      countAncestors(parent.transaction, found)
    }
    return found.size
  }

  const submit = (hex: string): string => {
    const transaction = parseTransaction(hex)
    const txid = transaction.getId()
    if (mempool.has(txid)) return txid
    if (findTransaction(txid) !== undefined) throw new Refusal(-27, 'Transaction already in block chain')
    const coins = confirmed()
    const spent = transaction.ins.map((input) => findOutput(coins, toKey(input)))
    if (spent.some((output) => output === undefined)) throw new Refusal(-25, 'bad-txns-inputs-missingorspent')
    const outputs = spent.flatMap((output) => (output === undefined ? [] : [output]))
    const sum = (values: readonly { readonly value: bigint }[]): bigint =>
      values.reduce((all, { value }) => all + value, 0n)
    const fee = sum(outputs) - sum(transaction.outs)
    if (fee < 0n) throw new Refusal(-26, 'bad-txns-in-belowout')
    for (const { script, value } of transaction.outs)
      if (value < dustLimit(script, rules)) throw new Refusal(-26, 'dust')
    for (const [index, output] of outputs.entries()) verifyInput(transaction, index, output)
    const size = BigInt(transaction.virtualSize())
    if (fee * 1000n < size * rules.incrementalFeeRate) throw new Refusal(-26, 'min relay fee not met')
    const conflicts = [...mempool].filter(([, other]) => spendsSame(transaction, other.transaction))
    replace(conflicts, fee, size)
    if (countAncestors(transaction) >= 25) throw new Refusal(-26, 'too-long-mempool-chain')
    for (const [conflict] of conflicts) evict(conflict)
    mempool.set(txid, { transaction, fee })
    return txid
  }

  /** BIP-125 rules 1, 3 and 4. */
  const replace = (conflicts: readonly (readonly [string, Entry])[], fee: bigint, size: bigint): void => {
    if (conflicts.length === 0) return
    if (!conflicts.every(([, { transaction }]) => transaction.ins.some(({ sequence }) => sequence < 0xff_ff_ff_fe)))
      throw new Refusal(-26, 'txn-mempool-conflict')
    const replaced = conflicts.reduce((sum, [, other]) => sum + other.fee, 0n)
    if ((fee - replaced) * 1000n < size * rules.incrementalFeeRate)
      throw new Refusal(-26, 'insufficient fee, rejecting replacement')
  }

  const addBlock = (transactions: readonly Transaction[]): void => {
    blocks.push({ hash: randomBytes(32).toString('hex'), transactions })
  }

  const listOutputs = (address: string): Uint8Array => addresses.toOutputScript(address, network)
  const isOf = (address: string) => {
    const script = listOutputs(address)
    return (coin: { readonly script: Uint8Array }): boolean => Buffer.compare(coin.script, script) === 0
  }

  return {
    network,
    genesisHash,
    mempool,
    submit,
    findTransaction,
    mine: () => {
      addBlock([...mempool.values()].map(({ transaction }) => transaction))
      mempool.clear()
    },
    fund: (address, amounts) => {
      const transaction = new Transaction()
      transaction.addInput(randomBytes(32), 0)
      for (const amount of amounts) transaction.addOutput(listOutputs(address), amount)
      addBlock([transaction])
    },
    undoBlocks: (count) => {
      const undone = blocks.splice(Math.max(1, blocks.length - count))
      const waiting = [...mempool.values()]
      mempool.clear()
      for (const { transactions } of undone)
        for (const transaction of transactions) tryTo(() => submit(transaction.toHex()))
      for (const { transaction } of waiting) tryTo(() => submit(transaction.toHex()))
    },
    dropMempool: () => mempool.clear(),
    height: () => blocks.length - 1,
    blockHash: (height) => blocks[height]?.hash,
    listTransactions: (height) => blocks[height]?.transactions ?? [],
    listCoins: (address) => [...confirmed().values()].filter(isOf(address)),
    listMempoolCoins: (address) => {
      const spent = new Set([...mempool.values()].flatMap(({ transaction }) => transaction.ins.map(toKey)))
      return [...mempool]
        .flatMap(([txid, { transaction }]) => transaction.outs.map((output, vout) => ({ txid, vout, ...output })))
        .filter((coin) => isOf(address)(coin) && !spent.has(`${coin.txid}:${coin.vout}`))
    },
    findSpender: (txid, vout) => {
      const key = `${txid}:${vout}`
      const spends = (transaction: Transaction): boolean => transaction.ins.some((input) => toKey(input) === key)
      for (const [height, { transactions }] of blocks.entries())
        for (const transaction of transactions) if (spends(transaction)) return { txid: transaction.getId(), height }
      for (const [id, { transaction }] of mempool) if (spends(transaction)) return { txid: id }
      return undefined
    },
  }
}

function tryTo(attempt: () => unknown): void {
  try {
    attempt()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

function parseTransaction(hex: string): Transaction {
  try {
    return Transaction.fromHex(hex)
  } catch {
    throw new Refusal(-22, 'TX decode failed. Make sure the tx has at least one input.')
  }
}

function spendsSame(one: Transaction, other: Transaction): boolean {
  const keys = new Set(other.ins.map(toKey))
  return one.ins.some((input) => keys.has(toKey(input)))
}

/** The signature of a P2WPKH input over all inputs and outputs (BIP-143). */
function verifyInput(
  transaction: Transaction,
  index: number,
  { value, script }: Pick<RegtestCoin, 'value' | 'script'>,
): void {
  const [signature, publicKey] = transaction.ins[index]?.witness ?? []
  if (signature === undefined || publicKey === undefined) throw new Refusal(-26, 'mandatory-script-verify-flag-failed')
  const hash = Buffer.from(crypto.hash160(publicKey))
  const expected = payments.p2wpkh({ hash }).output
  const code = payments.p2pkh({ hash }).output
  if (expected === undefined || code === undefined || Buffer.compare(expected, script) !== 0)
    throw new Refusal(-26, 'mandatory-script-verify-flag-failed (wrong key)')
  const { signature: compact, hashType } = decodeSignature(signature)
  const message = transaction.hashForWitnessV0(index, code, value, hashType)
  if (hashType !== Transaction.SIGHASH_ALL || !ecc.verify(message, publicKey, compact, true))
    throw new Refusal(
      -26,
      'mandatory-script-verify-flag-failed (Signature must be zero for failed CHECK(MULTI)SIG operation)',
    )
}

function decodeSignature(bytes: Uint8Array): { signature: Uint8Array; hashType: number } {
  try {
    return scripts.signature.decode(bytes)
  } catch {
    throw new Refusal(-26, 'non-mandatory-script-verify-flag (Non-canonical DER signature)')
  }
}

function dustLimit(script: Uint8Array, { dustRelayFeeRate }: RelayRules): bigint {
  const spend = script.length === 25 || script.length === 23 ? 148 : 67
  return (BigInt(9 + script.length + spend) * dustRelayFeeRate) / 1000n
}

function toKey({ hash, index }: { readonly hash: Uint8Array; readonly index: number }): string {
  return `${toTxid(hash)}:${index}`
}

function toTxid(hash: Uint8Array): string {
  return Buffer.from(hash).reverse().toString('hex')
}

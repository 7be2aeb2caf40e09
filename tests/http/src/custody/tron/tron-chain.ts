import { createHash } from 'node:crypto'
import { utils } from 'tronweb'

/** A refusal of a transaction, with the code of java-tron. */
export class TronRefusal extends Error {
  override readonly name = 'TronRefusal'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A transaction as tronweb decodes it. Addresses are in hex (`41…`). */
export interface DecodedTronTransaction {
  readonly txid: string
  readonly signer: string
  readonly contract: 'TransferContract' | 'TriggerSmartContract'
  readonly owner: string
  readonly to: string
  readonly amount: bigint
  readonly data: string
  readonly feeLimit: bigint
  readonly expiration: number
  readonly referenceBytes: string
  readonly referenceHash: string
  readonly size: number
}

interface Block {
  readonly id: string
  readonly number: number
  readonly timestamp: number
  readonly transactions: readonly DecodedTronTransaction[]
}

const energyPrice = 420n
const bandwidthPrice = 1000n
const transferEnergy = 65_000n
const blockMs = 3000
/** Witnesses that must build on a block. */
const finality = 19

/** A chain with the rules of TRON that transactions meet. It does not mine on its own. */
export interface TronChain {
  readonly genesisHash: string
  /** Balances in sun, by hex address. */
  readonly balances: Map<string, bigint>
  /** Balances of the one token (TRC-20, six decimals), by the last 20 bytes of the address in hex. */
  readonly tokens: Map<string, bigint>
  readonly token: string
  readonly pool: Map<string, DecodedTronTransaction>
  readonly blocks: readonly Block[]
  /** Results of executed transactions. */
  readonly results: Map<string, 'SUCCESS' | 'REVERT' | 'OUT_OF_ENERGY'>
  readonly submit: (hex: string) => string
  readonly mine: (count?: number) => void
  readonly undoBlocks: (count: number) => void
  readonly findBlock: (txid: string) => Block | undefined
  readonly newest: () => Block
  readonly solid: () => Block
  /** Executes a call of the token without storing its effects. */
  readonly callToken: (
    owner: string,
    data: string,
  ) => { readonly ok: boolean; readonly result: string; readonly energy: bigint }
}

/** Creates a chain with one block, which starts at a time. */
export function createTronChain(startAt: number): TronChain {
  const genesisHash = `0000000000000000${sha256(Buffer.from('genesis')).slice(16)}`
  const blocks: Block[] = [{ id: genesisHash, number: 0, timestamp: startAt, transactions: [] }]
  const balances = new Map<string, bigint>()
  const tokens = new Map<string, bigint>()
  const pool = new Map<string, DecodedTronTransaction>()
  const results: TronChain['results'] = new Map()
  const history: { balances: Map<string, bigint>; tokens: Map<string, bigint> }[] = []
  const token = `41${'cc'.repeat(20)}`
  const newest = (): Block => blocks.at(-1) ?? fail()
  const findBlock = (txid: string): Block | undefined =>
    blocks.find(({ transactions }) => transactions.some((transaction) => transaction.txid === txid))

  const submit = (hex: string): string => {
    const transaction = decodeTronTransaction(hex)
    const { txid, owner, signer } = transaction
    if (pool.has(txid) || findBlock(txid) !== undefined) throw new TronRefusal('DUP_TRANSACTION_ERROR', 'dup trans.')
    if (signer !== owner) throw new TronRefusal('SIGERROR', 'validate signature error')
    const reference = blocks.findLast(
      ({ id, number }) =>
        (number & 0xff_ff).toString(16).padStart(4, '0') === transaction.referenceBytes &&
        id.slice(16, 32) === transaction.referenceHash,
    )
    if (reference === undefined) throw new TronRefusal('TAPOS_ERROR', 'tapos failed')
    const { timestamp } = newest()
    if (transaction.expiration <= timestamp || transaction.expiration > timestamp + 24 * 3_600_000)
      throw new TronRefusal('TRANSACTION_EXPIRATION_ERROR', 'transaction expired')
    validate(transaction)
    pool.set(txid, transaction)
    return txid
  }

  const validate = ({ owner, to, contract, amount, size }: DecodedTronTransaction): void => {
    const balance = balances.get(owner)
    if (balance === undefined) throw new TronRefusal('CONTRACT_VALIDATE_ERROR', 'no OwnerAccount')
    const creation = contract === 'TransferContract' && !balances.has(to) ? 1_100_000n : 0n
    if (contract === 'TransferContract' && owner === to)
      throw new TronRefusal('CONTRACT_VALIDATE_ERROR', 'Cannot transfer TRX to yourself.')
    if (balance < amount + creation + BigInt(size) * bandwidthPrice)
      throw new TronRefusal('CONTRACT_VALIDATE_ERROR', 'Validate TransferContract error, balance is not sufficient.')
  }

  const callToken: TronChain['callToken'] = (owner, data) => {
    if (data === '313ce567') return { ok: true, result: (6).toString(16).padStart(64, '0'), energy: 500n }
    const [, to = '', hex] = /^a9059cbb0{24}([0-9a-f]{40})([0-9a-f]{64})$/.exec(data) ?? []
    const held = tokens.get(owner.slice(2)) ?? 0n
    if (hex === undefined || held < BigInt(`0x${hex}`))
      return { ok: false, result: revertReason('not enough'), energy: 1000n }
    return { ok: to !== '', result: '1'.padStart(64, '0'), energy: transferEnergy }
  }

  const add = (map: Map<string, bigint>, key: string, amount: bigint): void => {
    map.set(key, (map.get(key) ?? 0n) + amount)
  }

  const execute = (transaction: DecodedTronTransaction): void => {
    const { txid, owner, to, contract, amount, data, feeLimit, size } = transaction
    try {
      validate(transaction)
    } catch {
      return
    }
    add(balances, owner, -BigInt(size) * bandwidthPrice)
    if (contract === 'TransferContract') {
      if (!balances.has(to)) add(balances, owner, -1_100_000n)
      add(balances, owner, -amount)
      add(balances, to, amount)
      results.set(txid, 'SUCCESS')
      return
    }
    const { ok, energy } = callToken(owner, data)
    const fee = energy * energyPrice
    add(balances, owner, -(fee < feeLimit ? fee : feeLimit))
    if (!ok || fee > feeLimit) {
      results.set(txid, ok ? 'OUT_OF_ENERGY' : 'REVERT')
      return
    }
    const sent = BigInt(`0x${data.slice(72)}`)
    add(tokens, owner.slice(2), -sent)
    add(tokens, data.slice(32, 72), sent)
    results.set(txid, 'SUCCESS')
  }

  const mineOne = (): void => {
    history.push({ balances: new Map(balances), tokens: new Map(tokens) })
    const number = newest().number + 1
    const timestamp = newest().timestamp + blockMs
    const valid = [...pool.values()].filter(({ expiration }) => expiration > timestamp)
    pool.clear()
    for (const transaction of valid) execute(transaction)
    const executed = valid.filter(({ txid }) => results.has(txid))
    const random = sha256(Buffer.from(`${number} ${Math.random()}`))
    blocks.push({
      id: number.toString(16).padStart(16, '0') + random.slice(16),
      number,
      timestamp,
      transactions: executed,
    })
  }

  return {
    genesisHash,
    balances,
    tokens,
    token,
    pool,
    blocks,
    results,
    submit,
    findBlock,
    newest,
    callToken,
    solid: () => blocks[Math.max(0, blocks.length - finality)] ?? newest(),
    mine: (count = 1) => {
      for (let block = 0; block < count; block++) mineOne()
    },
    undoBlocks: (count) => {
      for (const { transactions } of blocks.splice(blocks.length - count))
        for (const { txid } of transactions) results.delete(txid)
      for (const before of history.splice(history.length - count).slice(0, 1)) {
        restore(balances, before.balances)
        restore(tokens, before.tokens)
      }
    },
  }
}

function restore(map: Map<string, bigint>, before: ReadonlyMap<string, bigint>): void {
  map.clear()
  for (const [key, value] of before) map.set(key, value)
}

/** Decodes a signed transaction with tronweb, and recovers who has signed it. */
export function decodeTronTransaction(hex: string): DecodedTronTransaction {
  const [fields, signature] = splitTransaction(Buffer.from(hex, 'hex'))
  const rawHex = fields.toString('hex')
  const txid = sha256(fields)
  const contract = fields.includes('protocol.TriggerSmartContract') ? 'TriggerSmartContract' : 'TransferContract'
  const decoded = utils.deserializeTx.deserializeTransaction(contract, rawHex)
  const { value } = decoded.contract[0].parameter
  return {
    txid,
    signer: recoverSigner(txid, signature.toString('hex')),
    contract,
    owner: value.owner_address.toLowerCase(),
    to: (value.to_address ?? value.contract_address).toLowerCase(),
    amount: BigInt(value.amount ?? value.call_value ?? 0),
    data: (value.data ?? '').toLowerCase(),
    feeLimit: BigInt(decoded.fee_limit ?? 0),
    expiration: decoded.expiration,
    referenceBytes: decoded.ref_block_bytes.toLowerCase(),
    referenceHash: decoded.ref_block_hash.toLowerCase(),
    size: hex.length / 2 + 64,
  }
}

function recoverSigner(txid: string, signature: string): string {
  try {
    return utils.crypto.ecRecover(txid, signature).toLowerCase()
  } catch {
    throw new TronRefusal('SIGERROR', 'validate signature error')
  }
}

/** The two fields of a transaction: what is signed, and the signature (65 bytes). */
function splitTransaction(bytes: Buffer): readonly [fields: Buffer, signature: Buffer] {
  let length = 0
  let at = 1
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  const signature = bytes.subarray(at + length + 2)
  if (bytes[0] !== 0x0a || signature.length !== 65) throw new TronRefusal('OTHER_ERROR', 'not a transaction')
  return [bytes.subarray(at, at + length), signature]
}

/** `Error(string)` of Solidity. */
function revertReason(text: string): string {
  const word = (value: number): string => value.toString(16).padStart(64, '0')
  return `08c379a0${word(32)}${word(text.length)}${Buffer.from(text).toString('hex').padEnd(64, '0')}`
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function fail(): never {
  throw new Error('the chain has no block')
}

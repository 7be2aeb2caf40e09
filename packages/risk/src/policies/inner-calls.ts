import type { ChainCall } from '@billfold/core/modules'
import { createAbiReader } from './abi-reader.ts'
import { toSelector } from './decode-call.ts'

/** The calls of an act, from the outer ones to those inside of them. */
export interface ExpandedCalls {
  readonly calls: readonly ChainCall[]
  /** False if a call executes others that cannot be decoded. */
  readonly complete: boolean
}

/** Accounts in accounts in accounts: more than that is no use, but a way to hide. */
const maxDepth = 4
/** The calls of an act in all. Arrays can name one element many times, so that few bytes are many calls. */
const maxCalls = 128

type Decoder = (call: Pick<ChainCall, 'data'>) => readonly ChainCall[] | undefined

/** Functions of contract accounts that execute other calls, by their selectors. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>(
  (
    [
      // SimpleAccount, LightAccount, Simple7702Account
      ['execute(address,uint256,bytes)', decodeSingle],
      // Simple7702Account, Coinbase Smart Wallet
      ['executeBatch((address,uint256,bytes)[])', decodeBatch],
      // SimpleAccount, LightAccount
      ['executeBatch(address[],bytes[])', decodeParallel(false)],
      ['executeBatch(address[],uint256[],bytes[])', decodeParallel(true)],
      // ERC-7579, ERC-7821
      ['execute(bytes32,bytes)', decodeMode],
      // Safe, and its module for ERC-4337
      ['execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)', decodeOperation],
      ['execTransactionFromModule(address,uint256,bytes,uint8)', decodeOperation],
      ['executeUserOp(address,uint256,bytes,uint8)', decodeOperation],
      ['executeUserOpWithErrorString(address,uint256,bytes,uint8)', decodeOperation],
      ['multiSend(bytes)', decodeMultiSend],
    ] as const
  ).map(([signature, decode]) => [toSelector(signature), decode]),
)

/**
 * Lists calls with the calls that they execute through functions of contract accounts, so that a rule about a function holds for it
 * inside of `execute` and `executeBatch`, too.
 */
export function expandCalls(outer: readonly ChainCall[]): ExpandedCalls {
  const calls: ChainCall[] = [...outer]
  const depths = new Map<ChainCall, number>()
  let complete = true
  // The list grows while it is read.
  for (const call of calls) {
    const decode = decoders.get(selectorOf(call))
    if (decode === undefined) continue
    const depth = depths.get(call) ?? 0
    const inner = depth >= maxDepth || calls.length >= maxCalls ? undefined : decode(call)
    if (inner === undefined || calls.length + inner.length > maxCalls) complete = false
    else for (const one of inner) calls.push(deeper(depths, one, overlap(inner, call) ? maxDepth : depth + 1))
  }
  return { calls, complete }
}

/**
 * Offsets of the ABI may all lead to the same bytes: then 60 kB would be decoded a hundred times for each rule. The calls count, but what they
 * execute in turn stays unknown, as below the last depth.
 */
function overlap(inner: readonly ChainCall[], { data }: ChainCall): boolean {
  return inner.reduce((total, call) => total + call.data.length, 0) > data.length
}

function deeper(depths: Map<ChainCall, number>, call: ChainCall, depth: number): ChainCall {
  depths.set(call, depth)
  return call
}

function decodeBatch({ data }: Pick<ChainCall, 'data'>): readonly ChainCall[] | undefined {
  return decodeTuples(data.subarray(4), 0)
}

function decodeSingle({ data }: Pick<ChainCall, 'data'>): readonly ChainCall[] | undefined {
  const reader = createAbiReader(data.subarray(4))
  return asList(toCall(reader.address(0), reader.word(32), reader.bytes(64, 0)))
}

/** The operation of a Safe: 0 is a call; a delegate call runs the code of others as the account. */
function decodeOperation(call: Pick<ChainCall, 'data'>): readonly ChainCall[] | undefined {
  const reader = createAbiReader(call.data.subarray(4))
  const inner = decodeSingle(call)
  const operation = reader.word(96)
  if (inner === undefined || operation === 0n) return inner
  const [delegated] = inner
  const isMultiSend = operation === 1n && delegated !== undefined && selectorOf(delegated) === multiSend
  return isMultiSend ? inner : undefined
}

function decodeTuples(data: Uint8Array, head: number): readonly ChainCall[] | undefined {
  const reader = createAbiReader(data)
  const list = reader.array(head, 0, maxCalls)
  if (list === undefined) return undefined
  return allOrNone(
    Array.from({ length: list.length }, (_, index) => {
      const at = reader.follow(list.start + index * 32, list.start)
      return at === undefined ? undefined : toCall(reader.address(at), reader.word(at + 32), reader.bytes(at + 64, at))
    }),
  )
}

function decodeParallel(hasValues: boolean): Decoder {
  return ({ data }) => {
    const reader = createAbiReader(data.subarray(4))
    const to = reader.array(0, 0, maxCalls)
    const values = hasValues ? reader.array(32, 0, maxCalls) : undefined
    const calls = reader.array(hasValues ? 64 : 32, 0, maxCalls)
    if (to === undefined || calls === undefined || calls.length !== to.length) return undefined
    if (hasValues && values === undefined) return undefined
    // Without values SimpleAccount sends none.
    const valueAt = (index: number): bigint | undefined =>
      values === undefined || values.length === 0 ? 0n : reader.word(values.start + index * 32)
    return allOrNone(
      Array.from({ length: to.length }, (_, index) =>
        toCall(
          reader.address(to.start + index * 32),
          valueAt(index),
          reader.bytes(calls.start + index * 32, calls.start),
        ),
      ),
    )
  }
}

/** The first byte of the mode is the type of the call: one (packed), or several. */
function decodeMode({ data }: Pick<ChainCall, 'data'>): readonly ChainCall[] | undefined {
  const reader = createAbiReader(data.subarray(4))
  const [type, execution] = [data[4], reader.bytes(32, 0)]
  if (execution === undefined) return undefined
  if (type === 1) return decodeTuples(execution, 0)
  if (type !== 0 || execution.length < 52) return undefined
  const hex = Buffer.from(execution).toString('hex')
  return [{ to: `0x${hex.slice(0, 40)}`, value: BigInt(`0x${hex.slice(40, 104)}`), data: execution.subarray(52) }]
}

/** Packed transactions: operation, recipient, value, length of the data, data. */
function decodeMultiSend({ data }: Pick<ChainCall, 'data'>): readonly ChainCall[] | undefined {
  const packed = createAbiReader(data.subarray(4)).bytes(0, 0)
  if (packed === undefined) return undefined
  const hex = Buffer.from(packed).toString('hex')
  const calls: ChainCall[] = []
  for (let at = 0; at < hex.length; ) {
    const operation = hex.slice(at, at + 2)
    const length = BigInt(`0x${hex.slice(at + 106, at + 170).padStart(1, '0')}`)
    const end = at + 170 + Number(length) * 2
    if (operation !== '00' || length > BigInt(packed.length) || end > hex.length || calls.length >= maxCalls)
      return undefined
    calls.push({
      to: `0x${hex.slice(at + 2, at + 42)}`,
      value: BigInt(`0x${hex.slice(at + 42, at + 106)}`),
      data: Uint8Array.from(Buffer.from(hex.slice(at + 170, end), 'hex')),
    })
    at = end
  }
  return calls
}

const multiSend = toSelector('multiSend(bytes)')

function selectorOf({ data }: Pick<ChainCall, 'data'>): string {
  return `0x${Buffer.from(data.subarray(0, 4)).toString('hex')}`
}

function toCall(
  to: string | undefined,
  value: bigint | undefined,
  data: Uint8Array | undefined,
): ChainCall | undefined {
  return to === undefined || value === undefined || data === undefined ? undefined : { to, value, data }
}

function asList(call: ChainCall | undefined): readonly ChainCall[] | undefined {
  return call === undefined ? undefined : [call]
}

function allOrNone(calls: readonly (ChainCall | undefined)[]): readonly ChainCall[] | undefined {
  const found = calls.filter((call) => call !== undefined)
  return found.length === calls.length ? found : undefined
}

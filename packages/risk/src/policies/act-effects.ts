import type { Act, ActKind, ChainCall } from '@billfold/core/modules'
import type { Policy } from './policy.ts'
import { decodeCall } from './decode-call.ts'
import { expandCalls } from './inner-calls.ts'

/** Value that an act moves or makes movable. */
export interface Effect {
  /** `USD`, `eip155:1/native`, `eip155:1/erc20:0x…`. */
  readonly asset: string
  /** In minor units. */
  readonly amount: bigint
  /** Who gets it, in lower case; undefined if nobody is named. */
  readonly to: string | undefined
}

/** What is known about the value that an act moves. */
export interface Effects {
  readonly known: readonly Effect[]
  /** False if the act may move more than is known: call data, typed data or raw bytes that cannot be decoded. */
  readonly complete: boolean
  /** Who else is called: contracts that get no value, in lower case. */
  readonly called: readonly string[]
}

/** Acts whose value nobody can tell: typed data can be a permit, raw bytes a transaction, and a key is worth all that it holds. */
const opaque: ReadonlySet<ActKind> = new Set(['typed-data', 'raw-signature', 'key-export', 'wallet-link'])

/** Functions of ERC-20 that every rule decodes. An allowance counts as its amount, for whoever may spend it. */
const erc20 = [
  { function: 'transfer(address,uint256)', to: 0, amount: 1 },
  { function: 'approve(address,uint256)', to: 0, amount: 1 },
  { function: 'increaseAllowance(address,uint256)', to: 0, amount: 1 },
  { function: 'transferFrom(address,address,uint256)', to: 1, amount: 2 },
]

/** Finds the value that an act moves, decoding call data by the functions that a rule names, and those of ERC-20. */
export function toEffects(act: Act, abi: Policy['abi']): Effects {
  if (opaque.has(act.kind)) return { known: [], complete: false, called: [] }
  if (act.money !== undefined) {
    const { currency, amount } = act.money
    return { known: [{ asset: currency, amount, to: act.counterparty?.toLowerCase() }], complete: true, called: [] }
  }
  const outer = toOuterCalls(act)
  const effects = outer.map((call) => callEffects(call, act, abi))
  // What a call executes in turn is not certain, since only the called contract says so, but it counts against a limit.
  const inner = expandCalls(outer)
    .calls.filter((call) => !outer.includes(call))
    .map((call) => callEffects(call, act, abi))
  return {
    known: [...effects, ...inner].flatMap(({ known }) => known),
    complete: act.delegate === undefined && effects.every(({ complete }) => complete),
    called: [...new Set(effects.flatMap(({ called }) => called))],
  }
}

/** The calls that an act makes: those of a contract account, or the one of a transaction. */
export function toOuterCalls({ calls, call }: Act): readonly ChainCall[] {
  return calls ?? (call === undefined ? [] : [call])
}

function callEffects(call: ChainCall, { network = '' }: Act, abi: Policy['abi']): Effects {
  const effects = moneyEffects(call, network, abi)
  return { ...effects, called: effects.known.length === 0 ? [call.to.toLowerCase()] : [] }
}

function moneyEffects(call: ChainCall, network: string, abi: Policy['abi']): Omit<Effects, 'called'> {
  // What the format of the chain knows for certain, on chains on which the call alone does not say it.
  if (call.transfers !== undefined) {
    const known = call.transfers.map(({ asset, amount, to: recipient }) => ({
      asset: `${network}/${asset}`,
      amount,
      to: recipient.toLowerCase(),
    }))
    return { known, complete: true }
  }
  const to = call.to.toLowerCase()
  const coins = call.value === 0n ? [] : [{ asset: `${network}/native`, amount: call.value, to }]
  // A call whose transfers its format does not know. On Solana it may have no data.
  if (network.startsWith('tron:') && call.data.length > 0) return { known: coins, complete: false }
  if (network.startsWith('solana:')) return { known: coins, complete: false }
  // Only EVM chains execute the data of a transfer.
  if (call.data.length === 0 || !network.startsWith('eip155:')) return { known: coins, complete: true }
  for (const described of [...(abi ?? []), ...erc20]) {
    const decoded = decodeCall(described.function, call.data)
    if (decoded === undefined) continue
    const amount = described.amount === undefined ? undefined : decoded[described.amount]
    if (described.amount !== undefined && typeof amount !== 'bigint') return { known: coins, complete: false }
    if (typeof amount !== 'bigint') return { known: coins, complete: true }
    const recipient = described.to === undefined ? to : decoded[described.to]
    if (typeof recipient !== 'string') return { known: coins, complete: false }
    return { known: [...coins, { asset: `${network}/erc20:${to}`, amount, to: recipient }], complete: true }
  }
  return { known: coins, complete: false }
}

/** The recipients of an act; undefined if there may be others. */
export function toRecipients(act: Act, { known, complete, called }: Effects): readonly string[] | undefined {
  if (!complete) return undefined
  const named = [...known.flatMap(({ to }) => (to === undefined ? [] : [to])), ...called]
  if (named.length > 0) return [...new Set(named)]
  return act.counterparty === undefined ? [] : [act.counterparty.toLowerCase()]
}

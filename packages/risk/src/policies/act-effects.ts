import type { Act, ActKind } from '@billfold/core/modules'
import type { Policy } from './policy.ts'
import { decodeCall } from './decode-call.ts'

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
}

/** Acts whose value nobody can tell: typed data can be a permit, raw bytes a transaction, and a key is worth all that it holds. */
const opaque: ReadonlySet<ActKind> = new Set(['typed-data', 'raw-signature', 'key-export', 'wallet-link'])

const nothing: Effects = { known: [], complete: true }

/** Functions of ERC-20 that every rule decodes. An allowance counts as its amount, for whoever may spend it. */
const erc20 = [
  { function: 'transfer(address,uint256)', to: 0, amount: 1 },
  { function: 'approve(address,uint256)', to: 0, amount: 1 },
  { function: 'increaseAllowance(address,uint256)', to: 0, amount: 1 },
  { function: 'transferFrom(address,address,uint256)', to: 1, amount: 2 },
]

/** Finds the value that an act moves, decoding call data by the functions that a rule names, and those of ERC-20. */
export function toEffects(act: Act, abi: Policy['abi']): Effects {
  if (opaque.has(act.kind)) return { known: [], complete: false }
  if (act.money !== undefined) {
    const { currency, amount } = act.money
    return { known: [{ asset: currency, amount, to: act.counterparty?.toLowerCase() }], complete: true }
  }
  return act.call === undefined ? nothing : callEffects(act, abi)
}

function callEffects({ call, network = '' }: Act, abi: Policy['abi']): Effects {
  if (call === undefined) return nothing
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
  // A call whose transfers its format does not know.
  if (network.startsWith('tron:') && call.data.length > 0) return { known: coins, complete: false }
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
export function toRecipients(act: Act, { known, complete }: Effects): readonly string[] | undefined {
  if (!complete) return undefined
  const named = known.flatMap(({ to }) => (to === undefined ? [] : [to]))
  if (named.length > 0) return [...new Set(named)]
  const other = act.call?.to ?? act.counterparty
  return other === undefined ? [] : [other.toLowerCase()]
}

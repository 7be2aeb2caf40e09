import { keccak_256 } from '@noble/hashes/sha3.js'
import { addr } from 'micro-eth-signer'
import type { EvmLog } from '../chain-clients/index.ts'

/** A transfer of tokens. */
export interface TokenTransfer {
  readonly from: string
  readonly to: string
  /** Decimal; undefined for fungible tokens. */
  readonly tokenId: string | undefined
  readonly amount: bigint
}

/** The first topics of transfers: of ERC-20 and ERC-721, and the two of ERC-1155. */
export const transferTopics = {
  transfer: topicOf('Transfer(address,address,uint256)'),
  single: topicOf('TransferSingle(address,address,address,uint256,uint256)'),
  batch: topicOf('TransferBatch(address,address,address,uint256[],uint256[])'),
} as const

/** The address that tokens come from when they are made, and go to when they are destroyed. */
export const zeroAddress = `0x${'0'.repeat(40)}`

/** Parses the transfers of an event log (ERC-20, ERC-721, ERC-1155, "Events"). Empty for one that follows no standard. */
export function parseTransfers({ topics, data }: EvmLog): readonly TokenTransfer[] {
  const [kind, ...indexed] = topics.map((topic) => topic.toLowerCase())
  if (kind === transferTopics.transfer) return parseTransfer(indexed, data)
  const [, from, to] = indexed
  if (from === undefined || to === undefined) return []
  const between = { from: toAddress(from), to: toAddress(to) }
  if (kind === transferTopics.single && data.length === 64)
    return [{ ...between, tokenId: readWord(data, 0).toString(), amount: readWord(data, 32) }]
  if (kind !== transferTopics.batch) return []
  const [ids, amounts] = [readList(data, 0), readList(data, 32)]
  if (ids.length !== amounts.length) return []
  return ids.map((id, index) => ({ ...between, tokenId: id.toString(), amount: amounts[index] ?? 0n }))
}

function parseTransfer([first, second, id]: readonly string[], data: Uint8Array): readonly TokenTransfer[] {
  if (first === undefined || second === undefined) return []
  const between = { from: toAddress(first), to: toAddress(second) }
  if (id !== undefined) return [{ ...between, tokenId: BigInt(id).toString(), amount: 1n }]
  // A Transfer without an indexed id is one of an ERC-20 token.
  return data.length === 32 ? [{ ...between, tokenId: undefined, amount: readWord(data, 0) }] : []
}

/** Reads a list of integers whose offset is at a position (Solidity contract ABI); empty if it does not fit into the data. */
function readList(data: Uint8Array, position: number): readonly bigint[] {
  const start = Number(readWord(data, position))
  const length = Number(readWord(data, start))
  const end = start + 32 * (1 + length)
  if (!Number.isSafeInteger(end) || end > data.length) return []
  return Array.from({ length }, (_, index) => readWord(data, start + 32 * (1 + index)))
}

/** Reads 32 bytes; 0 if they are not there. */
function readWord(data: Uint8Array, position: number): bigint {
  if (!Number.isSafeInteger(position) || position + 32 > data.length) return 0n
  return BigInt(`0x${Buffer.from(data.subarray(position, position + 32)).toString('hex')}`)
}

function toAddress(topic: string): string {
  return addr.addChecksum(`0x${topic.slice(-40)}`)
}

function topicOf(event: string): string {
  return `0x${Buffer.from(keccak_256(Buffer.from(event))).toString('hex')}`
}

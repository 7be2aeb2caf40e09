import { decodeBase58, encodeBase58 } from '../../../wallets/chains/base58.ts'

/** An account that an instruction names, in base58. */
export interface AccountMeta {
  readonly address: string
  readonly isSigner: boolean
  readonly isWritable: boolean
}

/** A call of a program. */
export interface Instruction {
  readonly program: string
  readonly accounts: readonly AccountMeta[]
  readonly data: Uint8Array
}

/**
 * Encodes the message of a legacy transaction: what its signers sign. The first account pays the fee.
 * @param blockhash of a recent block, in base58, without which the transaction expires
 */
export function encodeMessage(feePayer: string, instructions: readonly Instruction[], blockhash: string): Uint8Array {
  const metas = sortAccounts(feePayer, instructions)
  const signers = metas.filter(({ isSigner }) => isSigner)
  const readonlySigners = signers.filter(({ isWritable }) => !isWritable).length
  const readonlyOthers = metas.filter(({ isSigner, isWritable }) => !isSigner && !isWritable).length
  const indexes = new Map(metas.map(({ address }, index) => [address, index]))
  const compiled = instructions.map(({ program, accounts, data }) =>
    Buffer.concat([
      Uint8Array.of(indexOf(indexes, program)),
      encodeLength(accounts.length),
      Uint8Array.from(accounts, ({ address }) => indexOf(indexes, address)),
      encodeLength(data.length),
      data,
    ]),
  )
  return Buffer.concat([
    Uint8Array.of(signers.length, readonlySigners, readonlyOthers),
    encodeLength(metas.length),
    ...metas.map(({ address }) => decodeAddress(address)),
    decodeAddress(blockhash),
    encodeLength(compiled.length),
    ...compiled,
  ])
}

/** Encodes a transaction: the signatures in the order of the signers, then the message. */
export function encodeTransaction(signatures: readonly Uint8Array[], message: Uint8Array): Uint8Array {
  return Buffer.concat([encodeLength(signatures.length), ...signatures, message])
}

/** Returns the hash of a transaction: its first signature, in base58. */
export function toTransactionHash(signature: Uint8Array): string {
  return encodeBase58(signature)
}

/** Decodes 32 bytes of base58. @throws RangeError */
export function decodeAddress(text: string): Uint8Array {
  const bytes = decodeBase58(text)
  if (bytes?.length !== 32) throw new RangeError('not an address of Solana')
  return bytes
}

/** Every account once, with the most that an instruction needs: writable signers, signers, writable accounts, others. The fee payer is first. */
function sortAccounts(feePayer: string, instructions: readonly Instruction[]): readonly AccountMeta[] {
  const merged = new Map<string, AccountMeta>([[feePayer, { address: feePayer, isSigner: true, isWritable: true }]])
  const programs = instructions.map(({ program }) => ({ address: program, isSigner: false, isWritable: false }))
  for (const meta of [...instructions.flatMap(({ accounts }) => accounts), ...programs]) {
    const known = merged.get(meta.address)
    merged.set(meta.address, {
      address: meta.address,
      isSigner: meta.isSigner || known?.isSigner === true,
      isWritable: meta.isWritable || known?.isWritable === true,
    })
  }
  const rank = ({ isSigner, isWritable }: AccountMeta): number => (isSigner ? 0 : 2) + (isWritable ? 0 : 1)
  const [payer, ...others] = merged.values()
  return payer === undefined ? [] : [payer, ...others.toSorted((one, other) => rank(one) - rank(other))]
}

function indexOf(indexes: ReadonlyMap<string, number>, address: string): number {
  return indexes.get(address) ?? 0
}

/** Encodes a length in seven bits per byte, lowest first (compact-u16). */
function encodeLength(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  for (; rest >= 0x80; rest >>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Uint8Array.from([...bytes, rest])
}

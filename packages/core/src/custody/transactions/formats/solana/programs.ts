import { ed25519 } from '@noble/curves/ed25519.js'
import { createHash } from 'node:crypto'
import { encodeBase58 } from '../../../wallets/chains/base58.ts'
import { type AccountMeta, decodeAddress, type Instruction } from './message.ts'

/** Addresses of programs. */
export const programs = {
  system: '11111111111111111111111111111111',
  computeBudget: 'ComputeBudget111111111111111111111111111111',
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  token2022: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  associatedToken: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
} as const

const read = (address: string): AccountMeta => ({ address, isSigner: false, isWritable: false })
const write = (address: string): AccountMeta => ({ address, isSigner: false, isWritable: true })
const sign = (address: string): AccountMeta => ({ address, isSigner: true, isWritable: false })
const signAndWrite = (address: string): AccountMeta => ({ address, isSigner: true, isWritable: true })

/** Transfers lamports (System program, `Transfer`). */
export function transferLamports(from: string, to: string, lamports: bigint): Instruction {
  const data = Buffer.alloc(12)
  data.writeUInt32LE(2, 0)
  data.writeBigUInt64LE(lamports, 4)
  return { program: programs.system, accounts: [signAndWrite(from), write(to)], data }
}

/** Limits the compute units of the transaction (Compute Budget program, `SetComputeUnitLimit`). */
export function limitComputeUnits(units: number): Instruction {
  const data = Buffer.alloc(5)
  data.writeUInt8(2, 0)
  data.writeUInt32LE(units, 1)
  return { program: programs.computeBudget, accounts: [], data }
}

/** Sets the priority fee, in millionths of a lamport per compute unit (`SetComputeUnitPrice`). */
export function setComputeUnitPrice(microLamports: bigint): Instruction {
  const data = Buffer.alloc(9)
  data.writeUInt8(3, 0)
  data.writeBigUInt64LE(microLamports, 1)
  return { program: programs.computeBudget, accounts: [], data }
}

/** A token and an account of its holder. */
export interface TokenAccount {
  /** The address of the token. */
  readonly mint: string
  /** The program of the token: Token or Token-2022. */
  readonly program: string
  readonly owner: string
}

/** Creates the token account of an owner unless it exists (Associated Token Account program, `CreateIdempotent`). */
export function createAssociatedToken(payer: string, account: TokenAccount): Instruction {
  const { mint, program, owner } = account
  const accounts = [
    signAndWrite(payer),
    write(findAssociatedToken(account)),
    read(owner),
    read(mint),
    read(programs.system),
    read(program),
  ]
  return { program: programs.associatedToken, accounts, data: Uint8Array.of(1) }
}

/** Transfers tokens, and fails if the token has other decimals (Token program, `TransferChecked`). */
export function transferTokens(from: TokenAccount, to: TokenAccount, amount: bigint, decimals: number): Instruction {
  const data = Buffer.alloc(10)
  data.writeUInt8(12, 0)
  data.writeBigUInt64LE(amount, 1)
  data.writeUInt8(decimals, 9)
  const accounts = [write(findAssociatedToken(from)), read(from.mint), write(findAssociatedToken(to)), sign(from.owner)]
  return { program: from.program, accounts, data }
}

/** Computes the address of the token account of an owner (Associated Token Account program). */
export function findAssociatedToken({ mint, program, owner }: TokenAccount): string {
  return findProgramAddress(programs.associatedToken, [owner, program, mint].map(decodeAddress))
}

/** Computes the address that a program derives from seeds: the first, from 255 down, that is no public key. */
function findProgramAddress(program: string, seeds: readonly Uint8Array[]): string {
  for (let bump = 255; bump >= 0; bump--) {
    const hash = createHash('sha256')
    for (const seed of [...seeds, Uint8Array.of(bump), decodeAddress(program)]) hash.update(seed)
    const address = hash.update('ProgramDerivedAddress').digest()
    if (!isPublicKey(address)) return encodeBase58(address)
  }
  throw new RangeError('no address can be derived')
}

function isPublicKey(bytes: Uint8Array): boolean {
  try {
    ed25519.Point.fromBytes(bytes)
    return true
  } catch {
    return false
  }
}

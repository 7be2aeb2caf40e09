import { concat, getCreate2Address, hexlify, keccak256, randomBytes, toBeHex, Wallet, AbiCoder } from 'ethers'
import type { Anvil } from './anvil.ts'

/** Creation code that deploys a program of at most 255 bytes. */
function creationCode(runtime: string): string {
  return `0x60${toBeHex(runtime.length / 2, 1).slice(2)}80600b6000396000f3${runtime}`
}

/**
 * A contract account with one owner (ERC-1271): stores the digest, v, r and s of the call as ecrecover expects them, calls it, and
 * returns the magic value if the owner signed, or else 0.
 */
function ownedAccount(owner: string): string {
  return [
    '600435600052', // digest
    '60a43560f81c602052', // v
    '606435604052', // r
    '608435606052', // s
    '602060806080600060015afa', // ecrecover
    `60805173${owner.slice(2).toLowerCase()}1416`, // is it the owner, and did the call succeed
    '631626ba7e0260e01b60005260206000f3',
  ].join('')
}

/** Deploys with CREATE2 what follows the 32 bytes of salt in its call, and returns the address. */
const factoryProgram = '602036038060206000376000359060006000f560005260206000f3'

/** Contracts that no signature may be valid for, or that misbehave. */
export const hostileAccounts = {
  'burns all gas': '5b600056',
  reverts: '60006000fd',
  'stops without an answer': '00',
  'returns 31 bytes of the magic value': '631626ba7e60e01b600052601f6000f3',
  'returns the magic value without padding': '631626ba7e60005260206000f3',
  'returns a megabyte of zeros': '620fffff6000f3',
  'trusts calls that the zero address sends': '3215631626ba7e0260e01b60005260206000f3',
  'is an invalid opcode': 'fe',
} as const

/** Deploys a compiled contract without arguments of its constructor, and returns its address. */
export async function deployContract(anvil: Anvil, bytecode: string): Promise<string> {
  return (await send(anvil, { data: bytecode })).contractAddress
}

/** Deploys a program and returns its address. */
export async function deploy(anvil: Anvil, runtime: string): Promise<string> {
  return (await send(anvil, { data: creationCode(runtime) })).contractAddress
}

/** Sends a transaction and waits until it is mined. */
async function send(anvil: Anvil, transaction: object): Promise<{ readonly contractAddress: string }> {
  const [from] = (await anvil.rpc('eth_accounts')) as readonly string[]
  const hash = await anvil.rpc('eth_sendTransaction', { from, ...transaction })
  for (;;) {
    const receipt = await anvil.rpc('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt as { contractAddress: string }
    await anvil.rpc('evm_mine')
  }
}

/** A contract account and its signatures. */
export interface ContractAccount {
  readonly address: string
  readonly owner: Wallet
  /** Signs a text as the account: a signature of its owner. */
  readonly sign: (text: string) => Promise<string>
  /** Signs a text with the call that deploys the account (ERC-6492). */
  readonly signCounterfactual: (text: string) => Promise<string>
  readonly deploy: () => Promise<void>
}

/** Creates a contract account that is not deployed yet. */
export async function createContractAccount(anvil: Anvil): Promise<ContractAccount> {
  const factory = await deploy(anvil, factoryProgram)
  const owner = new Wallet(hexlify(randomBytes(32)))
  const [salt, code] = [hexlify(randomBytes(32)), creationCode(ownedAccount(owner.address))]
  const call = concat([salt, code])
  const sign = (text: string): Promise<string> => owner.signMessage(text)
  return {
    address: getCreate2Address(factory, salt, keccak256(code)),
    owner,
    sign,
    signCounterfactual: async (text) => wrapSignature(factory, call, await sign(text)),
    deploy: async () => {
      // With the gas of an estimate the factory succeeds without having deployed anything.
      await send(anvil, { to: factory, data: call, gas: '0xf4240' })
    },
  }
}

/** Wraps a signature with the call that deploys its account (ERC-6492). */
export function wrapSignature(factory: string, call: string, signature: string): string {
  const wrapped = AbiCoder.defaultAbiCoder().encode(['address', 'bytes', 'bytes'], [factory, call, signature])
  return concat([wrapped, `0x${'6492'.repeat(16)}`])
}

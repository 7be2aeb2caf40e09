import { environmentKeyring, evmChainClient, isBillfoldError } from '@billfold/core'
import {
  checkRegistryContract,
  deployRegistryContract,
  keyringPayer,
  type Payer,
  privateKeyPayer,
} from '@billfold/core/dids'
import { type Terminal, UsageError } from './command.ts'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { requireArgument } from './parse-arguments.ts'
import { loadRegistryBytecode } from './registry-bytecode.ts'

const nodeOptions = {
  rpc: {
    type: 'string',
    value: 'URL',
    help: 'JSON-RPC URL of a node; default: the environment variable BILLFOLD_RPC_URL, for a URL that contains a secret',
  },
  'chain-id': {
    type: 'string',
    value: 'NUMBER',
    help: 'EIP-155 chain id; a node of another chain is rejected',
  },
} as const

const payerOptions = {
  'keyring-key': {
    type: 'string',
    value: 'ID',
    help: 'pay with the key that is derived from this key of BILLFOLD_KEYS; default: the private key in BILLFOLD_PAYER_KEY, 64 hex digits',
  },
} as const

/** `billfold did-registry`: deploys or checks a registry contract. */
export const didRegistryCommand = createCommandGroup({
  name: 'did-registry',
  summary: 'deploy or check an ERC-1056 DID registry contract',
  subcommands: {
    deploy: defineSubcommand({
      summary: 'deploy a registry contract and print its address',
      options: {
        ...nodeOptions,
        ...payerOptions,
        'gas-price': {
          type: 'string',
          value: 'WEI',
          help: "gas price, 0 on a chain without fees; default: the node's price",
        },
      },
      run: async (values, _, terminal) => {
        const payer = createPayer(values['keyring-key'], terminal)
        const price = values['gas-price']
        const gasPrice = price === undefined ? undefined : parseWholeNumber(price, '--gas-price')
        const contract = await deployRegistryContract({
          client: createClient(values, terminal),
          payer,
          bytecode: loadRegistryBytecode(),
          ...(gasPrice !== undefined && { fees: { gasPrice } }),
        })
        return { text: `${contract}\n`, data: { contract } }
      },
    }),
    check: defineSubcommand({
      summary: 'check that a contract is an ERC-1056 registry',
      options: {
        contract: { type: 'string', value: 'ADDRESS', help: 'address of the contract to check' },
        ...nodeOptions,
      },
      run: async (values, _, terminal) => {
        const contract = requireArgument(values.contract, '--contract ADDRESS')
        await checkRegistryContract(createClient(values, terminal), contract)
        return { text: 'The contract is an ERC-1056 registry\n', data: { contract } }
      },
    }),
    payer: defineSubcommand({
      summary: 'print the address of the paying account',
      options: payerOptions,
      run: async (values, _, terminal) => {
        const address = await createPayer(values['keyring-key'], terminal).address()
        return { text: `${address}\n`, data: { address } }
      },
    }),
  },
})

function createClient(
  values: { readonly rpc?: string; readonly 'chain-id'?: string },
  { environment }: Terminal,
): ReturnType<typeof evmChainClient> {
  const description = '--rpc URL, or BILLFOLD_RPC_URL in the environment'
  const url = requireArgument(values.rpc ?? environment['BILLFOLD_RPC_URL'], description)
  const chainId = parseWholeNumber(values['chain-id'], '--chain-id')
  try {
    return evmChainClient({ url, chainId })
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError('--rpc must start with http:// or https://')
    throw error
  }
}

/** Private keys are read from the environment: arguments are visible in the process list. */
function createPayer(keyId: string | undefined, { environment }: Terminal): Payer {
  if (keyId !== undefined) return keyringPayer(environmentKeyring(environment), keyId)
  const hex = environment['BILLFOLD_PAYER_KEY']?.replace(/^0x/, '')
  if (hex === undefined)
    throw new UsageError('Missing argument: --keyring-key ID, or BILLFOLD_PAYER_KEY in the environment')
  try {
    return privateKeyPayer(Buffer.from(/^[0-9a-fA-F]{64}$/.test(hex) ? hex : '', 'hex'))
  } catch (error) {
    if (isBillfoldError(error, 'crypto.invalid-key'))
      throw new UsageError('BILLFOLD_PAYER_KEY is not a valid private key')
    throw error
  }
}

function parseWholeNumber(value: string | undefined, option: string): bigint {
  if (value === undefined || !/^[0-9]{1,30}$/.test(value)) throw new UsageError(`${option} must be a whole number`)
  return BigInt(value)
}

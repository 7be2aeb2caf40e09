import { parseArgs } from 'node:util'
import { environmentKeyring, evmChainClient, isBillfoldError } from '@billfold/core'
import {
  checkRegistryContract,
  deployRegistryContract,
  keyringPayer,
  type Payer,
  privateKeyPayer,
} from '@billfold/core/dids'
import { type Command, type Terminal, UsageError } from './command.ts'
import { requireArgument, parseOrUsageError } from './parse-arguments.ts'
import { loadRegistryBytecode } from './registry-bytecode.ts'

const usage = `billfold did-registry deploy --chain-id NUMBER [--rpc URL] [--keyring-key ID] [--gas-price WEI]
billfold did-registry check --chain-id NUMBER --contract ADDRESS [--rpc URL]
billfold did-registry payer [--keyring-key ID]

Deploys or checks an ERC-1056 registry contract, or prints the address of the paying account.

  --rpc URL          JSON-RPC URL of a node; default: the environment variable BILLFOLD_RPC_URL
  --chain-id NUMBER  EIP-155 chain id; a node of another chain is rejected
  --contract ADDRESS address of the contract to check
  --keyring-key ID   pay with the key that is derived from this key of BILLFOLD_KEYS;
                     default: the private key in BILLFOLD_PAYER_KEY, 64 hex digits
  --gas-price WEI    gas price, 0 on a chain without fees; default: the node's price`

/** `billfold did-registry`: deploys or checks a registry contract. */
export const didRegistryCommand: Command = {
  name: 'did-registry',
  summary: 'deploy or check an ERC-1056 DID registry contract',
  usage,
  async run(args, terminal) {
    const { values, positionals } = parse(args)
    switch (positionals.join(' ')) {
      case 'deploy':
        return deploy(values, terminal)
      case 'check':
        return check(values, terminal)
      case 'payer':
        return terminal.print(`${await createPayer(values, terminal).address()}\n`)
      default:
        throw new UsageError('Missing subcommand: deploy, check or payer')
    }
  },
}

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    rpc: text,
    'chain-id': text,
    contract: text,
    'keyring-key': text,
    'gas-price': text,
  } as const
  return parseOrUsageError(() => parseArgs({ args: [...args], options, allowPositionals: true }))
}

async function deploy(values: Values, terminal: Terminal): Promise<void> {
  const payer = createPayer(values, terminal)
  const gasPrice = values['gas-price'] === undefined ? undefined : parseWholeNumber(values['gas-price'], '--gas-price')
  const contract = await deployRegistryContract({
    client: createClient(values, terminal),
    payer,
    bytecode: loadRegistryBytecode(),
    ...(gasPrice !== undefined && { fees: { gasPrice } }),
  })
  terminal.print(`${contract}\n`)
}

async function check(values: Values, terminal: Terminal): Promise<void> {
  const contract = requireArgument(values.contract, '--contract ADDRESS')
  await checkRegistryContract(createClient(values, terminal), contract)
  terminal.print('The contract is an ERC-1056 registry\n')
}

function createClient(values: Values, { environment }: Terminal): ReturnType<typeof evmChainClient> {
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
function createPayer(values: Values, { environment }: Terminal): Payer {
  const keyId = values['keyring-key']
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

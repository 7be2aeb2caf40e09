import { resolve } from 'node:path'

/** What the environment says. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly framework: 'express' | 'koa'
  readonly dataDirectory: string
  /** `sqlite:`, `postgres:` or `mysql:`. */
  readonly databaseUrl: string
  readonly baseUrl: string
  /** A chain with a registry of DIDs (ERC-1056); without one DIDs are kept in the database. */
  readonly didChain: DidChain | undefined
}

/** Where a registry of DIDs is, and who pays for its changes. */
export interface DidChain {
  readonly rpcUrl: string
  readonly chainId: number
  /** The contract: 0x and 40 hex digits. */
  readonly contract: string
  /** The private key of the payer: 0x and 64 hex digits. */
  readonly payerKey: string
}

/** Reads HOST, PORT, FRAMEWORK, DATA_DIR, DATABASE_URL, BASE_URL, and DID_RPC_URL with what belongs to it. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const { HOST = '127.0.0.1', PORT = '3000', FRAMEWORK = 'express', DATA_DIR = './data' } = environment
  const port = Number(PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port: ${PORT}`)
  if (FRAMEWORK !== 'express' && FRAMEWORK !== 'koa') throw new Error('FRAMEWORK is express or koa')
  const dataDirectory = resolve(DATA_DIR)
  return {
    didChain: readDidChain(environment),
    host: HOST,
    port,
    framework: FRAMEWORK,
    dataDirectory,
    databaseUrl: environment['DATABASE_URL'] ?? `sqlite:${resolve(dataDirectory, 'billfold.db')}`,
    baseUrl: environment['BASE_URL'] ?? `http://${HOST === '0.0.0.0' ? 'localhost' : HOST}:${port}`,
  }
}

/** DID_RPC_URL, DID_CHAIN_ID, DID_CONTRACT and DID_PAYER_KEY: all of them or none. */
function readDidChain(environment: NodeJS.ProcessEnv): DidChain | undefined {
  const { DID_RPC_URL: rpcUrl, DID_CHAIN_ID: id, DID_CONTRACT: contract, DID_PAYER_KEY: payerKey } = environment
  if (rpcUrl === undefined) return undefined
  const chainId = Number(id)
  if (
    !Number.isSafeInteger(chainId) ||
    chainId < 1 ||
    contract === undefined ||
    !/^0x[0-9a-f]{64}$/i.test(payerKey ?? '')
  )
    throw new Error('DID_RPC_URL needs DID_CHAIN_ID, DID_CONTRACT and DID_PAYER_KEY')
  return { rpcUrl, chainId, contract, payerKey: payerKey ?? '' }
}

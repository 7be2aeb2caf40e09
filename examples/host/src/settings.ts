import { resolve } from 'node:path'

/** What the environment says. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly framework: 'express' | 'koa'
  readonly dataDirectory: string
  /** `sqlite:`, `postgres:` or `mysql:`. */
  readonly databaseUrl: string
  /** Where the host is, as people reach it. */
  readonly baseUrl: string
  /** Where it is from its own computer. */
  readonly localUrl: string
  /** Whether the console is served: not where DEMO is `off`, NODE_ENV is `production`, or people reach it from elsewhere. */
  readonly demo: boolean
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

/** Reads HOST, PORT, FRAMEWORK, DATA_DIR, DATABASE_URL, BASE_URL, DEMO, and DID_RPC_URL with what belongs to it. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const { HOST = '127.0.0.1', PORT = '3000', FRAMEWORK = 'express', DATA_DIR = './data', DEMO = 'on' } = environment
  const port = Number(PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port: ${PORT}`)
  if (FRAMEWORK !== 'express' && FRAMEWORK !== 'koa') throw new Error('FRAMEWORK is express or koa')
  if (DEMO !== 'on' && DEMO !== 'off') throw new Error('DEMO is on or off')
  const dataDirectory = resolve(DATA_DIR)
  const isEverywhere = HOST === '0.0.0.0' || HOST === '::'
  const baseUrl = environment['BASE_URL'] ?? `http://${isEverywhere ? 'localhost' : urlHost(HOST)}:${port}`
  return {
    didChain: readDidChain(environment),
    host: HOST,
    port,
    framework: FRAMEWORK,
    dataDirectory,
    databaseUrl: environment['DATABASE_URL'] ?? `sqlite:${resolve(dataDirectory, 'billfold.db')}`,
    baseUrl,
    localUrl: `http://${isEverywhere ? '127.0.0.1' : urlHost(HOST)}:${port}`,
    demo: DEMO !== 'off' && environment['NODE_ENV'] !== 'production' && isThisComputer(baseUrl),
  }
}

/** Whether a URL leads to the computer that it is opened on. */
function isThisComputer(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
}

/** An IPv6 address stands in brackets in a URL (RFC 3986). */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
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

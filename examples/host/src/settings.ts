import { resolve } from 'node:path'

/** Settings of the host, from the environment. */
export interface HostSettings {
  readonly host: string
  readonly port: number
  readonly framework: 'express' | 'koa'
  readonly dataDirectory: string
  /** `sqlite:file`, `postgres://…` or `mysql://…`. */
  readonly databaseUrl: string
  /** Public URL of the host. */
  readonly baseUrl: string
  /** URL of the host from the local computer. */
  readonly localUrl: string
  /** True if the console is served: unless DEMO is `off`, NODE_ENV is `production`, or `baseUrl` is not on this computer. */
  readonly demo: boolean
  /** Nodes of EVM chains, by `secretType`: wallets of these chains have balances and transactions. */
  readonly chainNodes: readonly ChainNode[]
  /** Token contracts on these chains. */
  readonly tokenContracts: readonly TokenContract[]
  /** Chain with an ERC-1056 DID registry. Without it, DIDs are stored in the database. */
  readonly didChain: DidChain | undefined
}

/** A node of an EVM chain. */
export interface ChainNode {
  readonly secretType: string
  readonly chainId: number
  readonly url: string
}

/** A token contract whose tokens are listed. */
export interface TokenContract {
  readonly secretType: string
  readonly type: 'ERC_20' | 'ERC_721' | 'ERC_1155'
  readonly address: string
  readonly fromBlock: number
}

/** An ERC-1056 registry and the account that pays for its transactions. */
export interface DidChain {
  readonly rpcUrl: string
  readonly chainId: number
  /** Contract address: 0x and 40 hex digits. */
  readonly contract: string
  /** Private key of the payer: 0x and 64 hex digits. */
  readonly payerKey: string
}

/** Reads HOST, PORT, FRAMEWORK, DATA_DIR, DATABASE_URL, BASE_URL, DEMO, CHAIN_NODES, TOKEN_CONTRACTS and DID_*. @throws Error for invalid values */
export function readHostSettings(environment: NodeJS.ProcessEnv): HostSettings {
  const { HOST = '127.0.0.1', PORT = '3000', FRAMEWORK = 'express', DATA_DIR = './data', DEMO = 'on' } = environment
  const port = Number(PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT must be between 0 and 65535, not ${PORT}`)
  if (FRAMEWORK !== 'express' && FRAMEWORK !== 'koa')
    throw new Error(`FRAMEWORK must be express or koa, not ${FRAMEWORK}`)
  if (DEMO !== 'on' && DEMO !== 'off') throw new Error(`DEMO must be on or off, not ${DEMO}`)
  const dataDirectory = resolve(DATA_DIR)
  const isWildcard = HOST === '0.0.0.0' || HOST === '::'
  const baseUrl =
    environment['BASE_URL'] ?? `http://${isWildcard || HOST === '127.0.0.1' ? 'localhost' : urlHost(HOST)}:${port}`
  return {
    didChain: readDidChain(environment),
    tokenContracts: readTokenContracts(environment['TOKEN_CONTRACTS'] ?? ''),
    chainNodes: readChainNodes(environment['CHAIN_NODES'] ?? ''),
    host: HOST,
    port,
    framework: FRAMEWORK,
    dataDirectory,
    databaseUrl: environment['DATABASE_URL'] ?? `sqlite:${resolve(dataDirectory, 'billfold.db')}`,
    baseUrl,
    localUrl: `http://${isWildcard ? '127.0.0.1' : urlHost(HOST)}:${port}`,
    demo: DEMO !== 'off' && environment['NODE_ENV'] !== 'production' && isThisComputer(baseUrl),
  }
}

/** Returns true for loopback URLs. */
function isThisComputer(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
}

/** Formats a host for a URL: IPv6 addresses in brackets (RFC 3986 section 3.2.2). */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Reads the nodes, such as `MATIC:137:https://node.example BASE:8453:https://other.example`. */
function readChainNodes(text: string): ChainNode[] {
  return text
    .split(/\s+/)
    .filter((node) => node !== '')
    .map((node) => {
      const [, secretType = '', chainId, url = ''] = /^([A-Z0-9_]+):([0-9]+):(https?:\/\/.+)$/.exec(node) ?? []
      if (url === '') throw new Error(`CHAIN_NODES must be like MATIC:137:https://node.example, not ${node}`)
      return { secretType, chainId: Number(chainId), url }
    })
}

/** Reads the contracts, such as `MATIC:ERC_20:0x… MATIC:ERC_721:0x…:35000000`, where the number is the first block. */
function readTokenContracts(text: string): TokenContract[] {
  return text
    .split(/\s+/)
    .filter((contract) => contract !== '')
    .map((contract) => {
      const [secretType = '', name, address = '', block = '0'] = contract.split(':')
      const type = (['ERC_20', 'ERC_721', 'ERC_1155'] as const).find((known) => known === name)
      if (type === undefined || !/^0x[0-9a-fA-F]{40}$/.test(address) || !/^[0-9]{1,12}$/.test(block))
        throw new Error(`TOKEN_CONTRACTS must be like MATIC:ERC_20:0x…, not ${contract}`)
      return { secretType, type, address, fromBlock: Number(block) }
    })
}

/** Reads DID_RPC_URL, DID_CHAIN_ID, DID_CONTRACT and DID_PAYER_KEY: all or none. */
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
    throw new Error('DID_RPC_URL requires valid DID_CHAIN_ID, DID_CONTRACT and DID_PAYER_KEY')
  return { rpcUrl, chainId, contract, payerKey: payerKey ?? '' }
}

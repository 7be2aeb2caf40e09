import { parseCluster } from './cluster-option.ts'
import { createSingleCommand, defineSubcommand } from './command-group.ts'
import { resolveDatabaseUrl } from './connect-database.ts'
import { UsageError } from './command.ts'
import { checkDatabase } from './doctor/check-database.ts'
import { checkDocuments } from './doctor/check-documents.ts'
import { checkKeyring } from './doctor/check-keyring.ts'
import { checkNode } from './doctor/check-node.ts'
import type { Finding } from './doctor/finding.ts'
import { billfoldOptions } from './with-billfold.ts'

const { tenant: _, ...connectionOptions } = billfoldOptions

/** `billfold doctor`: checks what a host depends on, and says what to do. */
export const doctorCommand = createSingleCommand({
  name: 'doctor',
  command: defineSubcommand({
    summary: 'check the keyring, the database, the clock, public documents and a chain node, and say what to do',
    details: 'Changes nothing. Exit code 3 if there are problems.',
    options: {
      url: { type: 'string', value: 'URL', help: 'the public URL of the host or of an API, to check its documents' },
      rpc: {
        type: 'string',
        value: 'URL',
        help: 'URL of a node to check (JSON-RPC, Esplora, HTTP API of TRON); default: the environment variable BILLFOLD_RPC_URL',
      },
      chain: {
        type: 'string',
        value: 'NAME',
        help: 'chain of the node: bitcoin, litecoin, solana, tron, their test networks (bitcoin-signet, solana-devnet, tron-nile), evm; default: evm',
      },
      'chain-id': { type: 'string', value: 'NUMBER', help: 'EIP-155 chain id of the node, on evm' },
      ...connectionOptions,
    },
    run: async (values, _arguments, terminal) => {
      const { keyring, findings } = checkKeyring(values.keyring, terminal)
      const node = values.rpc ?? terminal.environment['BILLFOLD_RPC_URL']
      const data: readonly Finding[] = [
        checkRuntime(process.versions.node),
        ...findings,
        ...(await checkNamedDatabase(values, terminal.environment, (target) => checkDatabase(target, keyring))),
        ...(values.url === undefined
          ? [{ check: 'documents', state: 'skipped', message: 'no --url' } as const]
          : await checkDocuments(values.url)),
        ...(node === undefined
          ? [{ check: 'chain node', state: 'skipped', message: 'no --rpc' } as const]
          : await checkNode({ url: node, chain: values.chain, chainId: values['chain-id'] })),
      ]
      return { text: formatFindings(data), data, hasProblems: data.some(({ state }) => state === 'problem') }
    },
  }),
})

type Target = Parameters<typeof checkDatabase>[0]

async function checkNamedDatabase(
  values: { readonly database?: string; readonly schema?: string; readonly prefix?: string; readonly cluster?: string },
  environment: Readonly<Record<string, string | undefined>>,
  check: (target: Target) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    const url = resolveDatabaseUrl(values.database, environment)
    return await check({ url, schema: values.schema, prefix: values.prefix, cluster: parseCluster(values.cluster) })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return [{ check: 'database', state: 'problem', message: error.message, cure: 'set DATABASE_URL as your host does' }]
  }
}

function checkRuntime(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isSupported = major > 20 || (major === 20 && minor >= 19)
  const message = `Node ${version}`
  return isSupported
    ? { check: 'runtime', state: 'ok', message }
    : { check: 'runtime', state: 'problem', message, cure: 'use Node 20.19 or newer' }
}

const marks = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM', skipped: '-      ' } as const

function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const indent = ' '.repeat(width + 11)
  const lines = findings.map(({ check, state, message, cure }) => {
    const remedy = cure === undefined ? '' : `${indent}=> ${cure}\n`
    return `${marks[state]}  ${check.padEnd(width)}  ${message}\n${remedy}`
  })
  const problems = findings.filter(({ state }) => state === 'problem').length
  const total = problems === 0 ? 'No problems' : problems === 1 ? '1 problem' : `${problems} problems`
  return `${lines.join('')}\n${total}\n`
}

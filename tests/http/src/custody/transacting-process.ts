import { bundlerClient, evmChainClient, localKeyring } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import { startTransactingHost } from './transacting-host.ts'

// A host in a process of its own: node dist/custody/transacting-process.js dialect database-url node-url chain-id, with a
// key of the keyring in BILLFOLD_KEY, and the URL of a bundler as a fifth argument for contract accounts. It prints its port and a service key's authorization in a line of JSON.
const [dialect, database = '', url = '', chainId, bundlerUrl] = process.argv.slice(2)
if (dialect !== 'postgres' && dialect !== 'mysql') throw new Error('the dialect is postgres or mysql')
// oxlint-disable-next-line node/no-process-env -- arguments are visible in process lists
const keyring = localKeyring({ keys: { k1: process.env['BILLFOLD_KEY'] ?? '' }, currentKeyId: 'k1' })
const storage = kyselyStorage(connectTo(dialect, database), { dialect })
const client = evmChainClient({ url, chainId: Number(chainId), timeoutMs: 60_000 })
const smartAccounts =
  bundlerUrl === undefined ? {} : { smartAccounts: { ETHEREUM: { bundler: bundlerClient({ url: bundlerUrl }) } } }
const { port, authorization } = await startTransactingHost(storage, keyring, client, Date.now, smartAccounts)
process.stdout.write(`${JSON.stringify({ port, authorization })}\n`)

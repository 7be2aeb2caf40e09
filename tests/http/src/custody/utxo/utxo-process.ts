import { esploraChainClient, localKeyring } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import { networks } from 'bitcoinjs-lib'
import { createLitecoinClient, litecoinRegtest } from './litecoin-node.ts'
import { startUtxoHost } from './utxo-host.ts'

// A host in a process of its own: node dist/custody/utxo/utxo-process.js dialect database-url secret-type node-url, with a key of the keyring
// in BILLFOLD_KEY. It prints its port and a service key's authorization in a line of JSON.
const [dialect, database = '', secretType, url = ''] = process.argv.slice(2)
if (dialect !== 'postgres' && dialect !== 'mysql') throw new Error('the dialect is postgres or mysql')
// oxlint-disable-next-line node/no-process-env -- arguments are visible in process lists
const keyring = localKeyring({ keys: { k1: process.env['BILLFOLD_KEY'] ?? '' }, currentKeyId: 'k1' })
const storage = kyselyStorage(connectTo(dialect, database), { dialect })
const [node, client] =
  secretType === 'LITECOIN'
    ? ([{ secretType, network: litecoinRegtest }, createLitecoinClient(url, { wallet: 'billfold' })] as const)
    : ([
        { secretType: 'BITCOIN', network: networks.regtest },
        esploraChainClient({ url: `${url}/api`, network: 'bitcoin-regtest', timeoutMs: 60_000 }),
      ] as const)
const { port, authorization } = await startUtxoHost(node, client, { storage, keyring })
process.stdout.write(`${JSON.stringify({ port, authorization })}\n`)

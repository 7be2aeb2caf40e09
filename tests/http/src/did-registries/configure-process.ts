import { evmChainClient } from '@billfold/core'
import { chainRegistry, privateKeyPayer, createRegistryServices } from '@billfold/core/dids'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import { configureWallets } from './configure-wallets.ts'

// A process that configures all wallets of a run, concurrently with another one, until it is killed. It prints the id
// of each completed step.
const [dialect, url = '', rpcUrl = '', chainId, contract = '', payerKey = '', run = '', wallets, order] =
  process.argv.slice(2)
if (dialect !== 'sqlite' && dialect !== 'postgres' && dialect !== 'mysql') throw new Error('which dialect?')

const db = connectTo(dialect, url)
const registry = chainRegistry({
  client: evmChainClient({ url: rpcUrl, chainId: Number(chainId) }),
  contract,
  payer: privateKeyPayer(Buffer.from(payerKey, 'hex')),
})
const indices = Array.from({ length: Number(wallets) }, (_, index) => index)
if (order === 'backwards') indices.reverse()
const services = createRegistryServices({ storage: kyselyStorage(db, { dialect }) })
await configureWallets(registry, services, run, indices, (step) => void process.stdout.write(`${step}\n`))
await db.destroy()

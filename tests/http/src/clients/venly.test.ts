import {
  contractIndexer,
  createBillfold,
  createPasswordHasher,
  type EvmHistoryClient,
  localKeyring,
  memoryStorage,
  newKey,
  type Storage,
} from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { randomUUID } from 'node:crypto'
import { afterAll, expect, it } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { encryptSigningMethod } from '../custody/encrypt-signing-method.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import type { RequestDriver } from '../request-driver.ts'
import { type ComputedValues, readRecording, replayRecording } from './replay-recording.ts'

const token = '0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582'

/** A chain whose contracts return 7 (and as decimals 6), and that mines every transaction at once. */
function createChain(): EvmHistoryClient {
  let mined = 0
  const decimals = '313ce567'
  return {
    family: 'evm',
    network: 'eip155:31337',
    balance: async () => 10n ** 21n,
    blockNumber: async () => 100,
    nonces: async () => ({ mined, next: mined }),
    broadcast: async () => {
      mined++
      return { outcome: 'accepted' }
    },
    status: async () => ({ state: 'mined', confirmations: 20, blockNumber: 80 }),
    fees: async () => ({ maxFeePerGas: 2n, maxPriorityFeePerGas: 1n }),
    estimateGas: async () => 60_000n,
    call: async ({ data }) => {
      const isDecimals = Buffer.from(data.subarray(0, 4)).toString('hex') === decimals
      return Uint8Array.from([...new Uint8Array(31), isDecimals ? 6 : 7])
    },
    logs: async () => [],
    logsInRange: async () => [],
    blockTime: async () => 0,
  }
}

let authorization = ''

async function createHost(storage: Storage) {
  const client = createChain()
  const billfold = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    custody: { chainClients: { MATIC: client }, tokenIndexer: contractIndexer({ MATIC: { client, tokens: [token] } }) },
  })
  const key = await billfold.serviceKeys.create({ tag: 'client', scopes: ['custody'] })
  authorization = basicAuthorization(key.keyId, key.keySecret)
  return billfold.custody
}

/** The body of the transaction that the sample encrypts its signing method for. */
async function encrypt(saved: ReadonlyMap<string, string>): Promise<string> {
  const read = (name: string): string => saved.get(name) ?? ''
  const { steps } = await readRecording('venly-code-samples-encrypted-2025-02')
  const body = JSON.stringify(steps.at(-1)?.json)
    .replace('{userId}', read('userId'))
    .replace('{userWallet}', read('userWallet'))
  const method = { id: read('methodId'), value: '111111', idempotencyKey: randomUUID(), body }
  return encryptSigningMethod({ id: read('keyId'), publicKey: read('publicKey') }, method)
}

const computed: ComputedValues = { authorization: async () => authorization, encrypted: encrypt }

/** What the clients of the compatible API send, and what they read: one recording a client and version. */
function clientSuite(client: RequestDriver): void {
  it.each([
    'venly-code-samples-erc20-2025-02',
    'venly-code-samples-erc20-legacy-2025-02',
    'venly-code-samples-erc721-2025-02',
    'venly-connect-2.11.0',
  ])('%s completes its flow', async (name) => {
    expect(await replayRecording(client, await readRecording(name), computed)).toBeInstanceOf(Map)
  })
}

function encryptedSuite(client: RequestDriver): void {
  it('venly-code-samples-encrypted-2025-02 completes its flow', async () => {
    expect(
      await replayRecording(client, await readRecording('venly-code-samples-encrypted-2025-02'), computed),
    ).toBeInstanceOf(Map)
  })
}

describeMounted('clients of Venly', () => createHost(memoryStorage()), clientSuite)
describeMounted(
  'clients of Venly that encrypt their signing method',
  () => createHost(memoryStorage()),
  encryptedSuite,
  {
    // A parser of the host has to keep the raw body, which is tested with the encrypted header itself.
    only: ({ parser }) => !parser,
  },
)

for (const { name, dialect, create } of await listTestDatabases()) {
  const drops: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const drop of drops) await drop()
  })
  describeMounted(
    `clients of Venly on ${name}`,
    async () => {
      const { connect, drop } = await create()
      drops.push(drop)
      const db = connect()
      await migrate(db, { dialect })
      return createHost(kyselyStorage(db, { dialect }))
    },
    (client) => {
      clientSuite(client)
      encryptedSuite(client)
    },
    {
      only: ({ framework, prefix, parser, through }) =>
        framework !== 'express 4' && through === 'app' && prefix === '' && !parser,
    },
  )
}

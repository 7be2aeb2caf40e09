import {
  type ApplicationTemplate,
  type Billfold,
  createBillfold,
  databaseBlobs,
  localKeyring,
  memoryStorage,
  newKey,
  type Storage,
} from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import type { Wallet } from 'ethers'
import { afterAll, expect, it } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { createLoginWallet, decodeClaims } from '../onboarding/applicant.ts'
import type { RequestDriver } from '../request-driver.ts'
import { type ComputedValues, readRecording, replayRecording } from './replay-recording.ts'

const template: ApplicationTemplate = {
  id: 'account',
  name: 'Account',
  attributes: [
    {
      id: 'first',
      schemaId: 'http://platform.selfkey.org/schema/attribute/first-name.json',
      required: true,
      schema: { type: 'string' },
    },
    { id: 'age', schemaId: 'http://schemas.example/age', schema: { type: 'number' } },
    { id: 'tags', schemaId: 'http://schemas.example/tags', schema: { type: 'array', items: { type: 'string' } } },
    { id: 'passport', schemaId: 'http://schemas.example/passport', schema: { type: 'object' } },
  ],
}

function createHost(storage: Storage): Billfold {
  return createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    onboarding: {
      templates: [template],
      unwrappedTemplates: true,
      blobs: databaseBlobs(storage),
      allowedOrigins: ['IDW'],
    },
  })
}

/** What a wallet computes. Its DID is that of the newest wallets, with the parameter that they add. */
function computeWith(wallet: Wallet, method: 'eth' | 'selfkey'): ComputedValues {
  const address = wallet.address.toLowerCase()
  const did = method === 'selfkey' ? `did:selfkey:${address};selfkey:chain=ropsten` : `did:eth:${address}`
  return {
    address: async () => address,
    publicKey: async () => wallet.signingKey.publicKey.slice(4),
    did: async () => did,
    didPath: async () => did,
    signature: (saved) => wallet.signMessage(decodeClaims(saved.get('challenge') ?? '').challenge),
  }
}

const wallets = [
  ['selfkey-identity-wallet-2019-01', 'eth', 42],
  ['selfkey-identity-wallet-2019-05', 'eth', 43],
  ['selfkey-identity-wallet-2024-05', 'eth', 43],
  ['selfkey-identity-wallet-2024-05', 'selfkey', 43],
] as const

function walletSuite(client: RequestDriver, host: () => Billfold): void {
  it.each(wallets)(
    '%s with did:%s completes its flow, and an export has every value and file',
    async (name, method, age) => {
      const wallet = createLoginWallet()
      await replayRecording(client, await readRecording(name), computeWith(wallet, method))
      const { users } = host()
      const user = await users.find({ kind: 'public-key', value: wallet.signingKey.publicKey.slice(4) })
      const { data } = await users.export(user?.id ?? '')
      const { attributes, files, applications } = Object(data['onboarding'])
      const ids: readonly string[] = files.map(({ id }: { id: string }) => id)
      expect(ids).toHaveLength(2)
      expect(attributes).toMatchObject(valuesWith(42))
      expect(applications[0].attributes).toMatchObject(valuesWith(age))
      expect(ids.filter((id) => JSON.stringify(attributes).includes(id))).toHaveLength(1)
      expect(ids.filter((id) => JSON.stringify(applications[0].attributes).includes(id))).toHaveLength(1)
      expect(applications[0].files).toHaveLength(1)
    },
  )
}

function valuesWith(age: number): readonly unknown[] {
  return ['Ann', age, ['a', 'b'], { country: 'NL' }].map((value) => ({ data: { value } }))
}

const mounted: Billfold[] = []

const drops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const drop of drops) await drop()
})

describeMounted(
  'Identity Wallets',
  async () => {
    const host = createHost(memoryStorage())
    mounted.push(host)
    return host.onboarding
  },
  (client) => walletSuite(client, () => mounted.at(-1) ?? expect.fail('no host is running')),
)

for (const { name, dialect, create } of await listTestDatabases()) {
  describeMounted(
    `Identity Wallets on ${name}`,
    async () => {
      const { connect, drop } = await create()
      drops.push(drop)
      const db = connect()
      await migrate(db, { dialect })
      const host = createHost(kyselyStorage(db, { dialect }))
      mounted.push(host)
      return host.onboarding
    },
    (client) => walletSuite(client, () => mounted.at(-1) ?? expect.fail('no host is running')),
    {
      only: ({ framework, prefix, parser }) =>
        (framework === 'koa' || framework === 'fetch') && prefix === '' && !parser,
    },
  )
}

import { createBillfold, localKeyring, memoryStorage, newKey, type Storage } from '@billfold/core'
import { createRegistryServices, type DidRegistry, embeddedRegistry, resolveDid } from '@billfold/core/dids'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeMounted } from '../hosts/describe-mounted.ts'
import type { RequestDriver } from '../request-driver.ts'
import { readRecording, replayRecording } from './replay-recording.ts'

const version = z.number()
const validTo = z.string().transform(BigInt)
const event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('owner'), version, owner: z.string() }),
  z.object({ kind: z.literal('delegate'), version, delegateType: z.string(), delegate: z.string(), validTo }),
  z.object({
    kind: z.literal('attribute'),
    version,
    name: z.string(),
    value: z
      .string()
      .transform((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))
      .default(new Uint8Array()),
    validTo,
  }),
])
const historiesSchema = z.object({
  chainId: z.number(),
  histories: z.array(
    z.object({
      did: z.string(),
      /** Seconds since 1970. */
      now: z.number(),
      times: z.record(z.string(), z.number()),
      events: z.array(event),
      document: z.unknown(),
      metadata: z.unknown(),
    }),
  ),
})

const file = new URL('../../recordings/ethr-did-resolver-14.1.2.json', import.meta.url)
const { chainId, histories } = historiesSchema.parse(JSON.parse(await readFile(file, 'utf8')))

describe('documents', () => {
  it.each(histories)('of the recorded history of $did are those of ethr-did-resolver 14.1.2', async (recorded) => {
    const registry: DidRegistry = {
      ...embeddedRegistry({ chainId, networks: ['development'] }),
      getHistory: async () => ({
        events: recorded.events,
        getTimestamp: async (of) => recorded.times[String(of)],
      }),
    }
    const services = createRegistryServices({ now: () => recorded.now * 1000 })
    const resolved = await resolveDid(services, [registry], 'default', recorded.did)
    expect(JSON.parse(JSON.stringify(resolved.didDocument))).toEqual(recorded.document)
    expect(resolved.didDocumentMetadata).toEqual(recorded.metadata)
  })
})

function createHost(storage: Storage) {
  const { dids } = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    dids: { registries: [embeddedRegistry({ chainId: 31_337, networks: ['development'] })] },
  })
  return dids
}

/** What resolver clients send and read: one recording a client and version. */
function resolverSuite(client: RequestDriver): void {
  it.each(['veramo-7.0.1', 'w3c-did-test-suite-2025-12'])('%s gets what it expects', async (name) => {
    expect(await replayRecording(client, await readRecording(name))).toBeInstanceOf(Map)
  })
}

describeMounted('resolver clients', async () => createHost(memoryStorage()), resolverSuite)

for (const { name, dialect, create } of await listTestDatabases()) {
  const drops: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const drop of drops) await drop()
  })
  describeMounted(
    `resolver clients on ${name}`,
    async () => {
      const { connect, drop } = await create()
      drops.push(drop)
      const db = connect()
      await migrate(db, { dialect })
      return createHost(kyselyStorage(db, { dialect }))
    },
    resolverSuite,
    {
      only: ({ framework, prefix, parser, through }) =>
        framework !== 'express 4' && through === 'app' && prefix === '' && !parser,
    },
  )
}

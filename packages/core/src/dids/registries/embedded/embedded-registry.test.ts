import { describe, expect, test } from 'vitest'
import { auditRecords } from '../../../platform/audit/tables.ts'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { publicKeyToAddress } from '../address.ts'
import { embeddedRegistry } from './embedded-registry.ts'
import type { RegistryChange } from '../registry.ts'
import { createRegistryServices } from '../registry-services.ts'
import { resolveDid } from '../documents/resolve.ts'

const service: RegistryChange = {
  kind: 'attribute',
  name: 'did/svc/Agent',
  value: Uint8Array.from(Buffer.from('https://agent.example')),
  validity: 60,
}

function newOwner() {
  const privateKey = secp256k1.generatePrivateKey()
  return { privateKey, address: publicKeyToAddress(secp256k1.getPublicKey(privateKey)) }
}

describe('embeddedRegistry', () => {
  const registry = embeddedRegistry()

  test('records the submitting actor in the audit log', async () => {
    const services = createRegistryServices()
    const { address, privateKey } = newOwner()
    const prepared = await registry.prepare(services, 't', address, service)
    const signature = secp256k1.sign(prepared.digest, privateKey)
    await registry.submit(services, { tenant: 't', id: 'key-1' }, 'operation-1', prepared, signature)
    expect(await services.storage.find(auditRecords)).toMatchObject([
      { tenant: 't', action: 'did.updated', actor: 'key-1', subject: address },
    ])
  })

  test('separates tenants and rejects a signature made for another tenant', async () => {
    const services = createRegistryServices()
    const { address, privateKey } = newOwner()
    const prepared = await registry.prepare(services, 'one', address, service)
    const signature = secp256k1.sign(prepared.digest, privateKey)
    const submitToOther = registry.submit(services, { tenant: 'other', id: 'host' }, 'operation', prepared, signature)
    expect(await outcomeCode(submitToOther)).toBe('crypto.invalid-signature')
    await registry.submit(services, { tenant: 'one', id: 'host' }, 'operation', prepared, signature)
    expect((await registry.getHistory(services, 'other', address)).events).toEqual([])
    expect((await registry.getHistory(services, 'one', address)).events).toHaveLength(1)
  })

  test('omits expired attributes from the document', async () => {
    let now = 1_700_000_000_000
    const services = createRegistryServices({ now: () => now })
    const { address, privateKey } = newOwner()
    const prepared = await registry.prepare(services, 't', address, service)
    await registry.submit(
      services,
      { tenant: 't', id: 'host' },
      'operation',
      prepared,
      secp256k1.sign(prepared.digest, privateKey),
    )
    const countServices = async () =>
      (await resolveDid(services, [registry], 't', `did:spherity:${address}`)).didDocument.service?.length
    expect(await countServices()).toBe(1)
    now += 61_000
    expect(await countServices()).toBeUndefined()
  })

  test('never decreases timestamps, even if the clock goes backwards', async () => {
    let now = 1_700_000_000_000
    const services = createRegistryServices({ now: () => now })
    const { address, privateKey } = newOwner()
    for (const operationId of ['one', 'two']) {
      const prepared = await registry.prepare(services, 't', address, service)
      const signature = secp256k1.sign(prepared.digest, privateKey)
      await registry.submit(services, { tenant: 't', id: 'host' }, operationId, prepared, signature)
      now -= 3_600_000
    }
    const { getTimestamp } = await registry.getHistory(services, 't', address)
    expect(await getTimestamp(2)).toBe(await getTimestamp(1))
  })
})

import { generateKeyPairSync } from 'node:crypto'
import { localKeyring, memoryStorage, newKey } from '@billfold/core'
import { auditRecords } from '@billfold/core/modules'
import { expect, test } from 'vitest'
import { issueCertificate, signerOf } from '../test-fixtures/pki.ts'
import { prepareVerifiers, presentPid } from '../test-fixtures/verifiers.ts'
import { keyringSigner, sealSigningKey } from '../trust/keyring-signer.ts'

const origin = 'https://shop.example'

const verifiers = prepareVerifiers()

test('the audit log holds what happened, and neither claims nor nonces', async () => {
  const storage = memoryStorage()
  const host = await verifiers.start({ storage })
  const { request } = await presentPid(verifiers, host)
  const records = await storage.find(auditRecords)
  expect(records.map(({ action }) => action).sort()).toEqual(['presentation.requested', 'presentation.verified'])
  expect(JSON.stringify(records)).not.toMatch(new RegExp(`Erika|${request.nonce}|${String(request.state)}`))
})

test('a signer whose certificate expires within 30 days is reported once a day', async () => {
  const storage = memoryStorage()
  const soon = signerOf(await issueCertificate(verifiers.pki.verifierRoot, 'Verifier', { until: 20 }))
  const host = await verifiers.start({ storage, signer: soon, rateLimiter: undefined })
  await host.billfold.maintain()
  await host.billfold.maintain()
  const { records } = await host.billfold.audit.search({ action: 'signer.expiring' })
  expect(records).toHaveLength(1)
})

test('a signer with another key than its certificate signs nothing', async () => {
  const host = await verifiers.start({
    signer: { ...verifiers.pki.rogue, certificates: verifiers.pki.verifier.certificates },
  })
  await expect(host.verifier.request({ query: 'pid', flow: 'dc-api', origin })).rejects.toThrow('another key')
})

test('a key that the keyring has sealed signs requests', async () => {
  const keyring = localKeyring({ keys: { k: newKey() }, currentKeyId: 'k' })
  const leaf = await issueCertificate(verifiers.pki.verifierRoot, 'Verifier')
  const sealedKey = await sealSigningKey(keyring, String(leaf.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const signer = keyringSigner({ certificates: [leaf.pem], sealedKey, keyring })
  const host = await verifiers.start({ signer, keyring })
  expect((await presentPid(verifiers, host)).reply.status).toBe(200)
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  await expect(sealSigningKey(keyring, String(ed25519))).rejects.toThrow(RangeError)
})

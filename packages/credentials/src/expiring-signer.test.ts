import { expect, test } from 'vitest'
import { createBillfold, type Logger, memoryStorage, silentLogger } from '@billfold/core'
import { credentials } from './credentials.ts'
import { identity, publicUrl, testKeyring } from './test-fixtures/issuer-host.ts'
import { createAuthority, issueCertificate, signerOf } from './test-fixtures/pki.ts'
import type { CredentialSigner } from './trust/credential-signer.ts'
import { trustAnchors } from './trust/trust-list.ts'
import { eudiPid } from './verifier/queries/eudi-pid.ts'

const dayMs = 24 * 60 * 60 * 1000
const message = 'the certificate of a credential signer expires soon'
const authority = await createAuthority('CA')
const signerFor = async (until: number) =>
  signerOf(await issueCertificate(authority, 'Signer', { until, dnsNames: ['verifier.example.com'] }))

/** Starts a host with both roles. */
function start(issuer: CredentialSigner | readonly CredentialSigner[], verifier: CredentialSigner) {
  const clock = { now: Date.now() }
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (_, text) => warnings.push(text) }
  const storage = memoryStorage()
  const keyring = testKeyring()
  const create = () =>
    createBillfold({
      storage,
      keyring,
      logger,
      now: () => clock.now,
      modules: [
        credentials({
          issuer: { publicUrl, types: [identity], signer: issuer },
          verifier: {
            publicUrl: 'https://verifier.example.com',
            signer: verifier,
            issuers: trustAnchors([{ certificate: authority.pem }]),
            queries: [eudiPid],
          },
        }),
      ],
    })
  const host = create()
  return {
    clock,
    host,
    create,
    warned: () => warnings.filter((text) => text === message).length,
    recorded: async () => (await host.audit.search({ action: 'signer.expiring' })).records.length,
  }
}

test('a certificate that expires within 30 days is reported once a day, whatever roles and processes sign with it', async () => {
  const signer = await signerFor(20)
  const { clock, host, create, warned, recorded } = start(signer, signer)
  await host.maintain()
  await host.maintain()
  await create().maintain()
  expect([await recorded(), warned()]).toEqual([1, 1])
  clock.now += dayMs
  await host.maintain()
  expect([await recorded(), warned()]).toEqual([2, 2])
})

test('each of several certificates is reported, also one that does not sign yet', async () => {
  const [current, next, verifier] = [await signerFor(10), await signerFor(20), await signerFor(25)]
  const { host, recorded } = start([current, next], verifier)
  await host.maintain()
  expect(await recorded()).toBe(3)
})

test('a certificate that is valid for longer is not reported', async () => {
  const signer = await signerFor(40)
  const { host, warned, recorded } = start(signer, signer)
  await host.maintain()
  expect([await recorded(), warned()]).toEqual([0, 0])
})

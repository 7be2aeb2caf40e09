import { createTestPki, type VerifierHost } from '../test-fixtures/verifier-host.ts'
import { moduleCases } from '@billfold/testing'
import { describe, expect, test } from 'vitest'
import { credentials } from '../credentials.ts'
import { trustAnchors } from '../trust/trust-list.ts'

const pki = await createTestPki()
const verifier = {
  publicUrl: 'https://verifier.example/v',
  signer: pki.verifier,
  issuers: trustAnchors([{ certificate: pki.root.der }]),
  crossDevice: true,
} as const

const create = () => ({
  module: credentials({ verifier }),
  fill: async (billfold: {
    readonly credentials: { readonly verifier: Pick<VerifierHost['verifier'], 'request'> }
  }) => {
    const dcql = { credentials: [{ id: 'a', format: 'dc+sd-jwt' as const, meta: { vct_values: ['urn:x'] } }] }
    await billfold.credentials.verifier.request({ flow: 'cross-device', dcql })
  },
})

// What names a user is presented through a wallet: evidence.test.ts exports and erases it.
const others = moduleCases.filter(({ name }) => !name.startsWith('exports what it stores'))

describe('the module, as verifier', () => {
  test.each(others.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
    expect(await run(create())).toBeUndefined()
  })
})

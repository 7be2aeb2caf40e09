import type { Billfold, ModuleResults } from '@billfold/core'
import { applicationOf, credentials, credentialType, type HolderOptions, trustAnchors } from '@billfold/credentials'
import { z } from 'zod'
import type { HostSettings } from './settings.ts'
import type { TestSigners } from './test-certificates.ts'

/** What an approved application of template 1 is issued as. */
const account = credentialType({
  id: 'account',
  claims: z.object({ given_name: z.string(), family_name: z.string() }),
  sdJwt: { vct: 'urn:example:account:1' },
  display: [{ locale: 'en', name: 'Account holder' }],
  labels: { given_name: { en: 'First name' }, family_name: { en: 'Last name' } },
  batch: 5,
  from: applicationOf(1, ({ attributes }) => {
    const { first, last } = z.object({ first: z.string(), last: z.string() }).parse(attributes['name'])
    return { given_name: first, family_name: last }
  }),
})

/**
 * Issuer and wallet of this host. They need TLS, or this computer: where the base URL has neither, they work on this computer only.
 * @param signers for a trial; a real host has certificates of its own
 */
export function hostCredentials(
  { baseUrl, port }: HostSettings,
  signers: TestSigners,
  http?: NonNullable<HolderOptions['http']>,
) {
  const { origin, protocol, hostname } = new URL(baseUrl)
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  const root = protocol === 'https:' || isLoopback ? origin : `http://localhost:${port}`
  return credentials({
    issuer: {
      publicUrl: `${root}/issuer`,
      types: [account],
      signer: signers.issuer.signer,
      display: [{ name: 'Example host' }],
    },
    holder: {
      redirectUri: `${root}/demo/credentials`,
      issuers: trustAnchors([{ certificate: signers.issuer.authority, name: 'Example authority' }]),
      verifiers: trustAnchors([{ certificate: signers.shop.authority }]),
      ...(http !== undefined && { http }),
    },
  })
}

/** Billfold with the credentials of this host. */
export type HostBillfold = Billfold & ModuleResults<readonly [ReturnType<typeof hostCredentials>]>

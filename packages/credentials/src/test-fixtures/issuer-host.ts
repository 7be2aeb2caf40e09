import {
  createBillfold,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  silentLogger,
  type Storage,
} from '@billfold/core'
import { z } from 'zod'
import { credentials } from '../credentials.ts'
import { fullDate } from '../formats/mdoc/dates.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import { credentialType, type CredentialTypeOptions } from '../issuer/types/credential-type.ts'
import type { Profile } from '../options.ts'
import { trustAnchors } from '../trust/trust-list.ts'
import { createAuthority, issueCertificate, signerOf } from './pki.ts'

export const publicUrl = 'https://issuer.example.com/issuer'

const identityClaims = z.object({
  given_name: z.string(),
  family_name: z.string(),
  birthdate: z.iso.date(),
  nationalities: z.array(z.string()).optional(),
})

/** Both formats, batches of three. */
export const identityOptions: CredentialTypeOptions<typeof identityClaims> = {
  id: 'identity',
  claims: identityClaims,
  sdJwt: { vct: 'urn:example:identity:1' },
  mdoc: {
    docType: 'com.example.identity.1',
    elements: ({ given_name, birthdate, nationalities = [] }) => ({
      'com.example.identity.1': { given_name, birth_date: fullDate(birthdate), nationality: nationalities },
    }),
  },
  display: [{ locale: 'en', name: 'Identity' }],
  labels: { given_name: { en: 'Given name' } },
  batch: 3,
  refreshDays: 90,
}

/** The type of most tests. */
export const identity = credentialType(identityOptions)

/** A type without batches. */
export const membership = credentialType({
  id: 'membership',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: `${publicUrl}/types/membership` },
  suspension: false,
})

export const ada = {
  given_name: 'Ada',
  family_name: 'Lovelace',
  birthdate: '1815-12-10',
  nationalities: ['GB', 'FR'],
}

/** Certificates of the tests: an authority, the signer below it, and what trusts them. */
export async function createTestPki() {
  const authority = await createAuthority('Issuing CA')
  const leaf = await issueCertificate(authority, 'Document signer')
  return { authority, leaf, signer: signerOf(leaf), trust: trustAnchors([{ certificate: authority.pem }]) }
}

export interface IssuerHostOptions {
  readonly storage?: Storage
  readonly keyring?: Keyring
  readonly now?: () => number
  readonly profile?: Profile
  readonly issuer?: Partial<IssuerOptions>
}

export const testKeyring = (): Keyring => localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })

/** Creates a host with an issuer. */
export function createIssuerHost(
  signer: IssuerOptions['signer'],
  { storage = memoryStorage(), keyring = testKeyring(), now, profile, issuer = {} }: IssuerHostOptions = {},
) {
  return createBillfold({
    storage,
    keyring,
    logger: silentLogger,
    ...(now !== undefined && { now }),
    modules: [
      credentials({
        ...(profile !== undefined && { profile }),
        issuer: { publicUrl, types: [identity, membership], signer, display: [{ name: 'Example' }], ...issuer },
      }),
    ],
  })
}

/** A host with an issuer. */
export type IssuerHost = ReturnType<typeof createIssuerHost>

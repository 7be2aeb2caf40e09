import { createBillfold, type Keyring, type Notifier, type Storage, silentLogger } from '@billfold/core'
import { Wallet } from 'ethers'
import { z } from 'zod'
import { credentials } from '../credentials.ts'
import { credentialType } from '../issuer/types/credential-type.ts'
import { applicationOf } from '../issuer/types/dataset-source.ts'
import type { CredentialSigner } from '../trust/credential-signer.ts'
import { publicUrl } from './issuer-host.ts'
import { sendTo } from './wallet-client.ts'

/** A type that approved applications of template 1 are issued as. */
export const account = credentialType({
  id: 'account',
  claims: z.object({ given_name: z.string() }),
  sdJwt: { vct: 'urn:example:account:1' },
  from: applicationOf(1, ({ attributes }) => ({
    given_name: z.object({ first: z.string() }).parse(attributes['name']).first,
  })),
})

const templates = [
  {
    id: 1,
    name: 'Account',
    attributes: [{ id: 'name', schemaId: 'http://schemas.example/name', schema: { type: 'object' } }],
  },
  { id: 2, name: 'Other', attributes: [] },
]

/** Creates a host whose approved applications are issued as credentials. */
export function createApplicationHost(options: {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly signer: CredentialSigner
  readonly notifier?: Notifier
}) {
  const { signer, ...rest } = options
  return createBillfold({
    ...rest,
    logger: silentLogger,
    onboarding: { templates },
    modules: [credentials({ issuer: { publicUrl, types: [account], signer } })],
  })
}

/** A host whose approved applications are issued as credentials. */
export type ApplicationHost = ReturnType<typeof createApplicationHost>

/** Sends what an applicant sends to a host, and decides as its team does. */
export function createApplicantClient(host: ApplicationHost) {
  const send = sendTo(host.onboarding)
  return {
    send,
    logIn: async (): Promise<Record<string, string>> => {
      const wallet = Wallet.createRandom()
      const { body: challenge } = await send('/auth/challenge', { method: 'GET' })
      const jwt = String(challenge['jwt'])
      const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
      const { nonce } = z.object({ nonce: z.string() }).parse(claims)
      const json = { signature: await wallet.signMessage(nonce) }
      const { body } = await send('/auth/challenge', { headers: { authorization: `Bearer ${jwt}` }, json })
      return { authorization: `Bearer ${String(body['jwt'])}` }
    },
    apply: async (headers: Record<string, string>, templateId = 1): Promise<string> => {
      const attributes = templateId === 1 ? [{ id: 'name', data: { value: { first: 'Ada' } } }] : []
      const { body } = await send('/applications', { headers, json: { templateId, attributes } })
      return z.string().parse(body['id'])
    },
    approve: async (id: string): Promise<void> => {
      await host.onboarding.applications.transition(id, { to: 'in_review' })
      await host.onboarding.applications.transition(id, { to: 'approved' })
    },
    offer: (headers: Record<string, string>, id: string) => send(`/applications/${id}/credential-offer`, { headers }),
  }
}

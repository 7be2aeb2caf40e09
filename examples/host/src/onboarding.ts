import { resolve } from 'node:path'
import { directoryBlobs, type OnboardingOptions } from '@billfold/core'
import type { Settings } from './settings.ts'

/** What this host wants to know of those who open an account, and how they sign in. */
export function onboardingOptions({ baseUrl, dataDirectory }: Settings): OnboardingOptions {
  return {
    // Existing wallets sign the bare nonce; a host without any of those says eip4361 here.
    messageFormat: 'either',
    site: { domain: new URL(baseUrl).host, uri: baseUrl, statement: 'Sign in to the Billfold example host.' },
    publicUrl: `${baseUrl}/onboarding`,
    loginRedirect: '/demo/onboarding?signed-in=yes',
    blobs: directoryBlobs(resolve(dataDirectory, 'files')),
    templates: [
      {
        id: 1,
        name: 'Open an account',
        description: 'A name, and a picture of a document if you like',
        attributes: [
          {
            id: 'name',
            schemaId: 'http://schemas.example/name',
            title: 'Name',
            required: true,
            schema: {
              type: 'object',
              properties: { first: { type: 'string', minLength: 1 }, last: { type: 'string', minLength: 1 } },
              required: ['first', 'last'],
            },
          },
        ],
      },
    ],
    // A real host sets its own session here; this one only says that somebody is there.
    onLogin: (user, exchange) => {
      exchange.setHeader('set-cookie', `demo_user=${user.id}; Path=/; HttpOnly; SameSite=Lax`)
      return undefined
    },
  }
}

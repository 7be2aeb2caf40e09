import { resolve } from 'node:path'
import { directoryBlobs, type OnboardingOptions } from '@billfold/core'
import type { HostSettings } from './settings.ts'

/** Onboarding options of this host: application template and wallet login. */
export function onboardingOptions({ baseUrl, dataDirectory }: HostSettings): OnboardingOptions {
  return {
    // `either` supports older wallets, which sign the bare nonce. Without those, use `eip4361`.
    messageFormat: 'either',
    site: { domain: new URL(baseUrl).host, uri: baseUrl, statement: 'Sign in to the Billfold example host.' },
    publicUrl: `${baseUrl}/onboarding`,
    loginRedirect: '/demo/onboarding?signed-in=yes',
    blobs: directoryBlobs(resolve(dataDirectory, 'files')),
    templates: [
      {
        id: 1,
        name: 'Open an account',
        description: 'A name, and optionally an image of a document',
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
    // A real host starts its own session here; this one only sets a cookie with the user id.
    onLogin: (user, exchange) => {
      exchange.setHeader('set-cookie', `demo_user=${user.id}; Path=/; HttpOnly; SameSite=Lax`)
      return undefined
    },
  }
}

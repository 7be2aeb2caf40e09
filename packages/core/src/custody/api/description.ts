import { methodRules } from '../../identity/signing-methods/method-types.ts'
import type { ApiDescription } from '../../http/index.ts'
import type { CustodyContext } from './context.ts'

/** What the OpenAPI document says about the custody API: the chains and types of signing method are those of the host. */
export function describeCustody({ chains, methods, services }: CustodyContext): ApiDescription {
  return {
    text: 'Wallets on many chains whose keys open only with a signing method of their user: a PIN, a password, an emergency code, a passkey or a face. Every call is made by a service key.',
    tags: [
      {
        name: 'Tokens',
        description: 'Access tokens for service keys (OAuth 2.0 client credentials)',
        paths: ['/auth'],
      },
      { name: 'Users', description: 'The people that wallets belong to', paths: ['/api/users'] },
      {
        name: 'Signing methods',
        description: 'What opens the wallets of a user: PIN, password, emergency code, passkey, face',
        paths: ['/api/users/:/signing-methods', '/api/security', '/api/signing-methods', '/api/users/:/passkeys'],
      },
      { name: 'Wallets', description: 'Keys and addresses: create, import, export, link', paths: ['/api/wallets'] },
      {
        name: 'Balances',
        description: 'What an address holds: coins, tokens, non-fungible tokens',
        paths: [
          '/api/wallets/nonfungibles',
          '/api/wallets/:/balance',
          '/api/wallets/:/nonfungibles',
          '/api/wallets/:/:/balance',
          '/api/wallets/:/:/nonfungibles',
        ],
      },
      { name: 'Chains', description: 'The chains that the host has', paths: ['/api/chains', '/api/wallets/address'] },
      { name: 'Signatures', description: 'Sign and verify messages and typed data', paths: ['/api/signatures'] },
      {
        name: 'Transactions',
        description: 'Send, follow, resubmit and cancel transactions',
        paths: ['/api/transactions'],
      },
      { name: 'Swaps', description: 'Exchanges of tokens', paths: ['/api/swaps', '/api/wallets/:/swaps'] },
      { name: 'Contracts', description: 'Read contracts, encode and decode calls', paths: ['/api/contracts'] },
      { name: 'Service', description: 'The caller, health, this document', paths: ['/', '/api/profile', '/actuator'] },
    ],
    enumerations: {
      SecretType: [...chains.keys()],
      SigningMethodType: [...methodRules(methods).keys(), ...(services.signingMethodKinds?.keys() ?? [])],
    },
  }
}

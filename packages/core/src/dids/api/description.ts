import type { ApiDescription } from '../../http/index.ts'

/** What the OpenAPI document says about the DID API. */
export const didsDescription: ApiDescription = {
  text: 'Wallets with a decentralized identifier (DID, W3C DID Core), whose keys sign tokens, and the documents of DIDs.',
  tags: [
    { name: 'Tokens', description: 'Access tokens for service keys (OAuth 2.0 client credentials)', paths: ['/auth'] },
    { name: 'DID wallets', description: 'Create, list, rename, configure and delete', paths: ['/wallet', '/wallets'] },
    { name: 'Signatures', description: 'Tokens that prove control of a DID', paths: ['/wallet/auth'] },
    { name: 'Vaults', description: 'The seeds that DID wallets are derived from', paths: ['/vault', '/vaults'] },
    { name: 'Resolution', description: 'DID documents (DID Resolution)', paths: ['/1.0/identifiers'] },
    { name: 'Service', description: 'This document', paths: ['/'] },
  ],
}

// Which part of the code may import which. `import-boundaries.mjs` holds it; a folder that is not named here fails.

const plain = ['canonical-json.ts', 'errors.ts', 'ids.ts', 'logger.ts']
const ground = [...plain, 'storage', 'crypto']
const domain = [
  'services.ts',
  'tables.ts',
  'tokens',
  'rate-limits',
  'audit',
  'lookups',
  'outbox',
  'events',
  'webhooks',
  'outgoing',
  'replays',
  'idempotency',
  'operations',
  'service-keys',
  'encryption-keys',
  'envelope',
  'users',
  'credentials',
  'wallets',
  'chain-clients',
  'transactions',
  'dids',
  'identities',
  'vaults',
  'sessions',
  'biometrics',
  'devices',
  'onboarding',
  'wallet-login',
  'blobs',
  'ledger',
  'payments',
  'subscriptions',
  'licences',
  'keys',
]

/**
 * The parts of packages/core/src, lowest first: a folder, or a file beside the folders, and the other parts that it may
 * import. Within a part everything may import everything, but never in a circle.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const coreLayers = {
  'canonical-json.ts': [],
  'errors.ts': [],
  'ids.ts': [],
  'logger.ts': [],
  storage: plain,
  crypto: plain,
  ...Object.fromEntries(domain.map((part) => [part, [...ground, ...domain]])),
  // Runs in browsers: nothing of the server. The server checks payment proofs by the same code that makes them.
  client: [],
  payments: [...ground, ...domain, 'client'],
  http: [...ground, 'rate-limits', 'idempotency'],
  apis: [...ground, ...domain, 'http'],
  telemetry: [...ground, ...domain, 'http'],
  'billfold.ts': [...ground, ...domain, 'http', 'apis', 'telemetry'],
  'index.ts': [...ground, ...domain, 'http', 'apis', 'telemetry', 'billfold.ts'],
  // What suites stand on: no layer may import it, and tests are free to.
  'test-fixtures': [...ground, ...domain, 'http', 'apis', 'billfold.ts', 'client'],
}

/**
 * The published packages, and the other packages of this repository that their sources may import. Tests, and packages that
 * are private because they only test, may import any.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const packageLayers = {
  core: [],
  testing: ['core'],
  'express-adapter': ['core'],
  'koa-adapter': ['core'],
  'storage-kysely': ['core'],
  'verifier-face': ['core'],
  cli: ['core', 'storage-kysely'],
}

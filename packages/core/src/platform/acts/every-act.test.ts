import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map(({ parentPath, name }) => `${parentPath}/${name}`)
const sources = new Map(files.map((path) => [relative(root, path), readFileSync(path, 'utf8')]))

/** The files that call one of the functions, and their text. */
function callersOf(names: readonly string[]): ReadonlyMap<string, string> {
  const call = new RegExp(String.raw`(?<!function )\b(?:${names.join('|')})\(`)
  return new Map([...sources].filter(([, text]) => call.test(text)))
}

// Whatever signs, gives out a key, moves money or logs in has to pass one of these functions or tokens.
const gates: Readonly<Record<string, readonly string[]>> = {
  'opens what a master secret seals': ['loadMasterSecret', 'openMasterSecret'],
  'opens a key': ['openWalletKey', 'openDidWalletKey', 'openVaultEntropy'],
  'signs for a DID': ['signHashForDid', 'signHashWithRows'],
  'holds the money of a user': ['holdWrites'],
  'issues a token': [String.raw`tokens\.issue`],
  'issues an API key': ['createApiKeyWrites'],
  'ends a session': ['endedState'],
  'redeems a ticket': ['redeemTicket'],
}

/** The files that pass a gate without asking the modules, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'authentication/api/callers/step-token.ts': 'The token of a session in progress; its end is the login.',
  'authentication/api/routes/single-request-login-route.ts': 'Issued with the end of a session, which is the login.',
  'custody/wallets/create.ts': 'A new key: nothing can be lost yet.',
  'custody/wallets/import.ts': 'The caller has the key already.',
  'custody/wallets/migrate.ts': 'Gets the key by loadWalletKey, which asks as for an export.',
  'custody/wallets/master-secret-rotation.ts': 'Re-encrypts in the commit of a method change, which asks.',
  'dids/did-wallets/create.ts': 'A new key: nothing can be lost yet.',
  'dids/did-wallets/run-update-step.ts': 'A step of an update whose start has asked.',
  'dids/did-wallets/sign-hash.ts': 'Called by the two files that ask: a DID-Auth token, and the start of an update.',
  'dids/did-wallets/vault-batcher.ts': 'Derives new keys.',
  'dids/vaults/sealing-scope.ts': 'Seals new keys.',
  'identity/api/token-route.ts': 'Service keys: machines of the host.',
  'identity/signing-methods/authorize-method.ts': 'Seals the same method again, with a newer pepper.',
  'identity/signing-methods/authorized-method.ts': 'Defines the gate.',
  'onboarding/api/login-routes.ts': 'Calls redeemTicket, which asks.',
  'onboarding/wallet-login/challenge.ts': 'The challenge, before anybody has proven anything.',
  'onboarding/wallet-login/verify-challenge-response.ts':
    'Identifies a wallet and no user. The token of its user asks.',
  'payments/ledger/api.ts': 'The host itself, in process.',
}

describe('an act', () => {
  test.each(Object.entries(gates))('that %s asks the modules', (_, names) => {
    const callers = callersOf(names)
    expect(callers.size).toBeGreaterThan(0)
    const silent = [...callers].filter(([, text]) => !/\bauthorizeAct\(/.test(text)).map(([path]) => path)
    expect(silent.filter((path) => exceptions[path] === undefined)).toEqual([])
  })

  test('of a login asks the modules in every package that records one', () => {
    const packages = fileURLToPath(new URL('../../../..', import.meta.url))
    const recorded = readdirSync(packages, { recursive: true, withFileTypes: true })
      .filter(
        ({ name, parentPath }) =>
          name.endsWith('.ts') && !/\.test\.ts$|\.d\.ts$/.test(name) && /\/src(?:\/|$)/.test(parentPath),
      )
      .map(({ name, parentPath }) => `${parentPath}/${name}`)
      .filter((path) => !path.includes('node_modules'))
      .map((path) => [relative(packages, path), readFileSync(path, 'utf8')] as const)
      .filter(([, text]) => /auditWrite\([^)]*'[a-z-]+\.(?:logged-in|signed-in|succeeded)'/.test(text))
    expect(recorded.map(([path]) => path)).toContain('passkeys/src/authentication.ts')
    const silent = recorded.filter(([, text]) => !/\bauthorizeAct\(/.test(text)).map(([path]) => path)
    // It identifies a wallet and no user. The token of its user asks.
    expect(silent).toEqual(['core/src/onboarding/wallet-login/verify-challenge-response.ts'])
  })

  test('has no exception that is no longer one', () => {
    const gated = callersOf(Object.values(gates).flat())
    const needed = [...gated].filter(([, text]) => !/\bauthorizeAct\(/.test(text)).map(([path]) => path)
    expect(Object.keys(exceptions).filter((path) => !needed.includes(path))).toEqual([])
  })
})

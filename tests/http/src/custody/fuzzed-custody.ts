import type { Storage } from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { checkNothing, type FuzzedApi, unlimited } from '../fuzz/fuzzed-api.ts'
import { createCustodyHost } from './custody-host.ts'
import { custodyBodies } from './fuzzed-bodies.ts'
import { createSuiteCalls, pin } from './suite-calls.ts'

/** The custody API with a few users, their wallets and PINs. */
export async function createFuzzedCustody(storage?: Storage): Promise<FuzzedApi> {
  const { billfold, authorization } = await createCustodyHost(
    storage,
    'default',
    {},
    { rateLimiter: unlimited, authentication: { verifier: scriptedVerifier() } },
  )
  return {
    api: billfold.custody,
    // Transactions: no node of a chain is reachable.
    expected: [
      { status: 501 },
      ...['/api/transactions', '/api/contracts', '/balance', '/nonfungibles'].map((path) => ({ status: 503, path })),
    ],
    check: checkNothing,
    drop: async () => {},
    prepare: async (driver) => {
      const { createUserWithWallet } = createSuiteCalls(driver, () => authorization)
      const made = [await createUserWithWallet(), await createUserWithWallet(), await createUserWithWallet()]
      const byPin = made.map(({ pinId }) => ({ authorization, 'signing-method': `${pinId}:${pin}` }))
      return {
        headers: [{ authorization }, ...byPin],
        bodies: custodyBodies(),
        fields: {
          userId: made.map(({ user }) => String(user.id)),
          walletId: made.map(({ wallet }) => String(wallet.id)),
          signingMethodId: made.map(({ pinId }) => pinId),
          pincode: [pin, pin, '000000'],
          secretType: ['ETHEREUM', 'ETHEREUM', 'ETHEREUM', 'BITCOIN', 'SOLANA', 'MATIC'],
          address: made.map(({ wallet }) => String(wallet.address)),
        },
      }
    },
  }
}

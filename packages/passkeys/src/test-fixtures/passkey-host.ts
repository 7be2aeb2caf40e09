import { createBillfold, createPasswordHasher, type Keyring, localKeyring, memoryStorage, newKey } from '@billfold/core'
import type { Storage } from '@billfold/core/storage'
import type { PasskeysOptions } from '../options.ts'
import { passkeys } from '../passkeys.ts'

/** The relying party of the tests. */
export const relyingParty = { rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] } as const

/** Creates a Billfold with passkeys and a fast password hasher. */
export function createPasskeyBillfold(
  options: Partial<PasskeysOptions> = {},
  parts: { readonly storage?: Storage; readonly keyring?: Keyring; readonly now?: () => number } = {},
) {
  const { storage = memoryStorage(), keyring = testKeyring(), now = Date.now } = parts
  return createBillfold({
    storage,
    keyring,
    now,
    modules: [passkeys({ ...relyingParty, ...options })],
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
  })
}

/** A Billfold with passkeys. */
export type PasskeyBillfold = ReturnType<typeof createPasskeyBillfold>

/** Creates a keyring with one new key. */
export function testKeyring(): Keyring {
  return localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
}

/** Returns the error code that a promise is rejected with, or `done`. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'done'
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}

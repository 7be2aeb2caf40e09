import type { PasskeyVerifier } from '@billfold/core/modules'
import { describe, test } from 'vitest'
import { passkeyVerifierCases } from './passkey-verifier-cases.ts'

/**
 * Registers the conformance suite of a passkey verifier with vitest: the test vectors of WebAuthn Level 3 (section 16), and
 * what must be refused. A verifier that passes works with the passkeys of Billfold.
 *
 * @param name name of the verifier in the test report
 * @param verifier the verifier under test
 *
 * @example
 * ```ts
 * import type { PasskeyVerifier } from '@billfold/core/modules'
 * import { describePasskeyVerifier } from '@billfold/testing'
 *
 * function runConformanceSuite(verifier: PasskeyVerifier): void {
 *   describePasskeyVerifier('my verifier', verifier)
 * }
 * ```
 */
export function describePasskeyVerifier(name: string, verifier: PasskeyVerifier): void {
  describe(`${name}: passkey verifier contract`, () => {
    for (const { name: title, run } of passkeyVerifierCases) test(title, () => run(verifier))
  })
}

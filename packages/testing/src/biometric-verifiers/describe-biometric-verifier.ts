import { afterAll, beforeAll, describe, test } from 'vitest'
import type { VerifierUnderTest } from './verifier-under-test.ts'
import { verifierCases } from './verifier-cases.ts'

/**
 * Registers the conformance suite of a biometric verifier with vitest. A verifier that passes works with Billfold.
 *
 * @param name name of the verifier in the test report
 * @param create creates the verifier and the images to test it with; called once
 *
 * @example
 * ```ts
 * import { describeBiometricVerifier, type VerifierUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<VerifierUnderTest>): void {
 *   describeBiometricVerifier('my verifier', create)
 * }
 * ```
 */
export function describeBiometricVerifier(name: string, create: () => Promise<VerifierUnderTest>): void {
  describe(`${name}: biometric verifier contract`, () => {
    let verifier: VerifierUnderTest | undefined
    beforeAll(async () => {
      verifier = await create()
    })
    afterAll(() => verifier?.close())
    for (const { name: title, run } of verifierCases) {
      test(title, async () => {
        if (verifier === undefined) throw new Error('the verifier was not created')
        await run(verifier)
      })
    }
  })
}

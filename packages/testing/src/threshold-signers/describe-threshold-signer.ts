import { afterAll, beforeAll, describe, test } from 'vitest'
import { type ThresholdSignerUnderTest, thresholdSignerCases } from './threshold-signer-cases.ts'

/**
 * Registers the conformance suite of a threshold signer with vitest. A signer that passes works with Billfold for MPC vaults. The suite cannot
 * verify that the key shares are stored separately: that is up to the operator.
 *
 * @param name name of the signer in the test report
 * @param create creates two instances of one signer, as in two processes; called once
 *
 * @example
 * ```ts
 * import { describeThresholdSigner, type ThresholdSignerUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<ThresholdSignerUnderTest>): void {
 *   describeThresholdSigner('my signer', create)
 * }
 * ```
 */
export function describeThresholdSigner(name: string, create: () => Promise<ThresholdSignerUnderTest>): void {
  describe(`${name}: threshold signer contract`, () => {
    let signer: ThresholdSignerUnderTest
    beforeAll(async () => {
      signer = await create()
    }, 120_000)
    afterAll(() => signer.close())

    for (const { name: title, run } of thresholdSignerCases) test(title, () => run(signer.signers), 60_000)
  })
}

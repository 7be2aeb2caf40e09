import { describe } from 'vitest'
import { testEachCase } from '../describe-each-case.ts'
import { transferSourceCases, type TransferSourceUnderTest } from './transfer-source-cases.ts'

/**
 * Registers the conformance suite of a transfer source with vitest. A source that passes works with Billfold.
 *
 * @param name name of the source in the test report
 * @param create creates a chain and a source, or new addresses on one; called for every case
 *
 * @example
 * ```ts
 * import { describeTransferSource, type TransferSourceUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<TransferSourceUnderTest>): void {
 *   describeTransferSource('my source', create)
 * }
 * ```
 */
export function describeTransferSource(name: string, create: () => Promise<TransferSourceUnderTest>): void {
  describe(`${name}: transfer source contract`, () => {
    testEachCase(transferSourceCases, create)
  })
}

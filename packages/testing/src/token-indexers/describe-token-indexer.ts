import { describe } from 'vitest'
import { testEachCase } from '../describe-each-case.ts'
import { tokenIndexerCases, type TokenIndexerUnderTest } from './token-indexer-cases.ts'

/**
 * Registers the conformance suite of a token indexer with vitest. An indexer that passes works with Billfold.
 *
 * @param name name of the indexer in the test report
 * @param create creates a chain with tokens and an indexer of it, or another indexer of the same chain; called for every case
 *
 * @example
 * ```ts
 * import { describeTokenIndexer, type TokenIndexerUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<TokenIndexerUnderTest>): void {
 *   describeTokenIndexer('my indexer', create)
 * }
 * ```
 */
export function describeTokenIndexer(name: string, create: () => Promise<TokenIndexerUnderTest>): void {
  describe(`${name}: token indexer contract`, () => {
    testEachCase(tokenIndexerCases, create)
  })
}

import { describe } from 'vitest'
import { testEachCase } from '../describe-each-case.ts'
import { type TronChainUnderTest, tronClientCases } from './tron-client-cases.ts'

/**
 * Registers the conformance suite of a TRON client with vitest. A client that passes works with Billfold.
 *
 * @param name name of the client in the test report
 * @param create creates a chain, or a new account on one; called for every case
 *
 * @example
 * ```ts
 * import { describeTronClient, type TronChainUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<TronChainUnderTest>): void {
 *   describeTronClient('my client', create)
 * }
 * ```
 */
export function describeTronClient(name: string, create: () => Promise<TronChainUnderTest>): void {
  describe(`${name}: chain client contract`, () => {
    testEachCase(tronClientCases, create)
  })
}

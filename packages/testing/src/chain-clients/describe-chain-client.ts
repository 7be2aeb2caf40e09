import { describe } from 'vitest'
import { testEachCase } from '../describe-each-case.ts'
import { chainClientCases, type ChainUnderTest } from './chain-client-cases.ts'

/**
 * Registers the conformance suite of a chain client with vitest. A client that passes works with Billfold.
 *
 * @param name name of the client in the test report
 * @param create creates a chain, or a new account on one; called for every case
 *
 * @example
 * ```ts
 * import { describeChainClient, type ChainUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<ChainUnderTest>): void {
 *   describeChainClient('my client', create)
 * }
 * ```
 */
export function describeChainClient(name: string, create: () => Promise<ChainUnderTest>): void {
  describe(`${name}: chain client contract`, () => {
    testEachCase(chainClientCases, create)
  })
}

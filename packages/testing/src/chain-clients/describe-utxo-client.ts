import { describe } from 'vitest'
import { testEachCase } from '../describe-each-case.ts'
import { type UtxoChainUnderTest, utxoClientCases } from './utxo-client-cases.ts'

/**
 * Registers the conformance suite of a client of the Bitcoin family with vitest. A client that passes works with Billfold.
 *
 * @param name name of the client in the test report
 * @param create creates a chain, or a new address on one; called for every case
 *
 * @example
 * ```ts
 * import { describeUtxoClient, type UtxoChainUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<UtxoChainUnderTest>): void {
 *   describeUtxoClient('my client', create)
 * }
 * ```
 */
export function describeUtxoClient(name: string, create: () => Promise<UtxoChainUnderTest>): void {
  describe(`${name}: chain client contract`, () => {
    testEachCase(utxoClientCases, create)
  })
}

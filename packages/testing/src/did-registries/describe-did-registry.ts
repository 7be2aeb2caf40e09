import { afterAll, beforeAll, describe, test } from 'vitest'
import { didRegistryCases, type DidRegistryUnderTest } from './did-registry-cases.ts'

/**
 * Registers the conformance suite of a DID registry (ERC-1056) with vitest. A registry that passes works with Billfold.
 *
 * @param name name of the registry in the test report
 * @param create creates two instances over one registry, as in two processes; called once
 *
 * @example
 * ```ts
 * import { describeDidRegistry, type DidRegistryUnderTest } from '@billfold/testing'
 *
 * function runConformanceSuite(create: () => Promise<DidRegistryUnderTest>): void {
 *   describeDidRegistry('my registry', create)
 * }
 * ```
 */
export function describeDidRegistry(name: string, create: () => Promise<DidRegistryUnderTest>): void {
  describe(`${name}: DID registry contract`, () => {
    let registry: DidRegistryUnderTest
    beforeAll(async () => {
      registry = await create()
    }, 120_000)
    afterAll(() => registry.close())

    for (const { name: title, run } of didRegistryCases) test(title, () => run(registry), 60_000)
  })
}

import { afterAll, beforeAll, describe, test } from 'vitest'
import { didRegistryCases, type OpenRegistry } from './did-registry-cases.ts'

/**
 * Registers the whole conformance suite for a registry of DIDs with vitest. A registry that passes can be given to
 * Billfold.
 *
 * @param name what the registry is called in the report
 * @param open opens a registry, as two processes over one store have it; called once
 */
export function describeDidRegistry(name: string, open: () => Promise<OpenRegistry>): void {
  describe(`${name} keeps the contract of a DID registry: it`, () => {
    let opened: OpenRegistry
    beforeAll(async () => {
      opened = await open()
    }, 120_000)
    afterAll(() => opened.close())

    for (const { name: sentence, run } of didRegistryCases) test(sentence, () => run(opened), 60_000)
  })
}

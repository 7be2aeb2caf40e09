import { describe, test } from 'vitest'
import { chainClientCases, type OpenChain } from './chain-client-cases.ts'

/**
 * Registers the whole conformance suite for a client of a chain with vitest. A client that passes can be given to Billfold.
 *
 * @param name what the client is called in the report
 * @param open opens a chain, or a new account on one; called once for every case
 */
export function describeChainClient(name: string, open: () => Promise<OpenChain>): void {
  describe(`${name} keeps the contract of a chain client`, () => {
    for (const { name: sentence, run } of chainClientCases) {
      test(sentence, async () => {
        const chain = await open()
        try {
          await run(chain)
        } finally {
          await chain.close()
        }
      })
    }
  })
}

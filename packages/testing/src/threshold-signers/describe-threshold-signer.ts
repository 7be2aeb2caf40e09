import { afterAll, beforeAll, describe, test } from 'vitest'
import { type OpenSigner, thresholdSignerCases } from './threshold-signer-cases.ts'

/**
 * Registers the whole conformance suite for a threshold signer with vitest. A signer that passes can be given to Billfold
 * for MPC vaults; that its shares lie apart is for whoever runs it to see to.
 *
 * @param name what the signer is called in the report
 * @param open opens a signer, as two processes have it; called once
 */
export function describeThresholdSigner(name: string, open: () => Promise<OpenSigner>): void {
  describe(`${name} keeps the contract of a threshold signer: it`, () => {
    let opened: OpenSigner
    beforeAll(async () => {
      opened = await open()
    }, 120_000)
    afterAll(() => opened.close())

    for (const { name: sentence, run } of thresholdSignerCases) test(sentence, () => run(opened.signers), 60_000)
  })
}

import { afterAll, beforeAll, describe, test } from 'vitest'
import type { OpenVerifier } from './open-verifier.ts'
import { verifierCases } from './verifier-cases.ts'

/**
 * Registers the whole conformance suite for a biometric verifier with vitest. A verifier that passes can be given to Billfold.
 *
 * @param name what the verifier is called in the report
 * @param open opens the verifier, with images to test it by; called once
 */
export function describeBiometricVerifier(name: string, open: () => Promise<OpenVerifier>): void {
  describe(`${name} keeps the contract of a biometric verifier`, () => {
    let opened: OpenVerifier | undefined
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened?.close())
    for (const { name: sentence, run } of verifierCases) {
      test(sentence, async () => {
        if (opened === undefined) throw new Error('the verifier was not opened')
        await run(opened)
      })
    }
  })
}

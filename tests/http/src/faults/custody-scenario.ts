import { createBillfold } from '@billfold/core'
import { verifyMessage } from 'ethers'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from '../custody/custody-host.ts'
import { fastPasswordHasher } from './fast-password-hasher.ts'
import type { Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

const pin = '583920'
const newPin = '174650'

/** Creates a user, a wallet and a signature, replaces the PIN and signs with it. */
export const custodyScenario: Scenario = {
  name: 'custody: a user, a wallet, signatures, a code, another PIN',
  variableTables: {
    audit_records: 'a repeated action is recorded again',
    events: 'a repeated replacement of a method after a lost reply emits another event',
  },
  prepare: async (stage, watch) => {
    const billfold = createBillfold({ ...stage, passwordHasher: fastPasswordHasher })
    const key = await billfold.serviceKeys.create({ tag: 'faults', scopes: ['custody'] })
    const { driver, close } = await serveApi(billfold.custody)
    const client = watch(driver)
    const ask = (method: string, path: string, json?: unknown, headers = {}): Promise<CustodyReply> =>
      callCustody(client, basicAuthorization(key.keyId, key.keySecret), method, path, json, headers)
    /** Returns the first item of a list. */
    const only = async (path: string): Promise<CustodyReply | undefined> => {
      const { status, result, codes } = await ask('GET', path)
      return status === 200 && result.length > 0 ? { status, result: result[0], codes } : undefined
    }
    return {
      close,
      secrets: [pin, newPin, key.keySecret],
      run: async ({ retry, createOnce }) => {
        const body = { reference: 'ada', signingMethod: { type: 'PIN', value: pin } }
        const user = await createOnce(
          () => ask('POST', '/api/users', body),
          () => only('/api/users?reference=ada&includeSigningMethods=true'),
        )
        const { id: userId } = user.result
        const input = { secretType: 'ETHEREUM', userId, pincode: pin, identifier: 'mine' }
        const wallet = await createOnce(
          () => ask('POST', '/api/wallets', input),
          () => only(`/api/wallets?userId=${userId}`),
        )
        const sign = async (pincode: string): Promise<void> => {
          const signatureRequest = {
            type: 'MESSAGE',
            secretType: 'ETHEREUM',
            walletId: wallet.result.id,
            data: 'hello',
          }
          const signed = await retry(() => ask('POST', '/api/signatures', { pincode, signatureRequest }))
          if (signed.status !== 200) throw new Error(`not signed: ${JSON.stringify(signed)}`)
          if (verifyMessage('hello', signed.result.signature) !== wallet.result.address)
            throw new Error('it is another wallet’s signature')
        }
        await sign(pin)
        const methods = `/api/users/${userId}/signing-methods`
        const pinId: string = user.result.signingMethods[0].id
        const byPin = { 'signing-method': `${pinId}:${pin}` }
        let code = await retry(() => ask('POST', methods, { type: 'EMERGENCY_CODE' }, byPin))
        if (code.status === 409) {
          // It exists, but the reply with its value was lost: replace it.
          const { result } = await retry(() => ask('GET', `/api/users/${userId}`))
          const { id } = result.signingMethods.find(({ type }: { type: string }) => type === 'EMERGENCY_CODE')
          code = await retry(() => ask('PATCH', `${methods}/${id}`, {}, byPin))
        }
        const byCode = { 'signing-method': `${code.result.id}:${code.result.value}` }
        const changed = await retry(() => ask('PUT', `${methods}/${pinId}`, { value: newPin }, byCode))
        // If the first reply was lost, the code is consumed. The signature shows whether the PIN was replaced.
        if (changed.status !== 200 && changed.status !== 403) throw new Error(`not changed: ${JSON.stringify(changed)}`)
        await sign(newPin)
      },
    }
  },
}

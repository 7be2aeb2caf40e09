import { createBillfold } from '@billfold/core'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from '../custody/custody-host.ts'
import { fastPasswordHasher } from './fast-password-hasher.ts'
import type { RetryingClient, Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

const pin = '583920'

/** The lease of a running request, in milliseconds. */
const leaseMs = 60_000

/** Creates unnamed resources under idempotency keys: a client checks for the resource only if the outcome is unknown. */
export const idempotencyScenario: Scenario = {
  name: 'idempotency keys: a user, and two wallets that differ in nothing',
  variableTables: {
    audit_records: 'a repeated action is recorded again',
    idempotency_keys: 'a key whose reply is not known is left for another',
  },
  prepare: async (stage, watch) => {
    let offset = 0
    const billfold = createBillfold({ ...stage, passwordHasher: fastPasswordHasher, now: () => Date.now() + offset })
    const key = await billfold.serviceKeys.create({ tag: 'faults', scopes: ['custody'] })
    const { driver, close } = await serveApi(billfold.custody)
    const client = watch(driver)
    const ask = (method: string, path: string, json?: unknown, headers = {}): Promise<CustodyReply> =>
      callCustody(client, basicAuthorization(key.keyId, key.keySecret), method, path, json, headers)
    const count = async ({ retry }: RetryingClient, path: string): Promise<number> =>
      (await retry(() => ask('GET', path))).result.length
    /** Creates a resource under a key, and under another one if the outcome is unknown and the resource does not exist. */
    const make = async (
      patient: RetryingClient,
      json: object,
      to: string,
      list: string,
      wanted: number,
    ): Promise<void> => {
      let name = `${stage.tenant}${to}/${wanted}`
      for (let attempt = 0; attempt < 100; attempt++) {
        const answer = await patient.retry(() => ask('POST', to, json, { 'idempotency-key': name }))
        if (answer.status === 200) return
        const [code] = answer.codes
        if (code === 'idempotency-key.in-progress') offset += leaseMs
        else if (code !== 'idempotency-key.outcome-unknown') throw new Error(`not made: ${JSON.stringify(answer)}`)
        else if ((await count(patient, list)) === wanted) return
        else name += '+'
      }
      throw new Error('It is not made')
    }
    return {
      close,
      secrets: [pin, key.keySecret],
      run: async (patient) => {
        const [users, wallets] = ['/api/users', '/api/wallets']
        await make(patient, { signingMethod: { type: 'PIN', value: pin } }, users, users, 1)
        const { result } = await patient.retry(() => ask('GET', users))
        const input = { secretType: 'ETHEREUM', userId: result[0].id, pincode: pin }
        for (const wanted of [1, 2]) await make(patient, input, wallets, wallets, wanted)
        const made = await count(patient, wallets)
        if (result.length !== 1 || made !== 2) throw new Error(`${result.length} users, ${made} wallets`)
      },
    }
  },
}

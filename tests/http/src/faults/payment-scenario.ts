import { createBillfold } from '@billfold/core'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  creditUser,
  getBalance,
  type PaymentsUser,
  registration,
} from '../payments/payments-client.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { fastPasswordHasher } from './fast-password-hasher.ts'
import type { RetryingClient, Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

/** Two users register; one is credited and pays the other. */
export const paymentScenario: Scenario = {
  name: 'payments: two people, a deposit, a payment that both confirm',
  variableTables: {
    audit_records: 'a repeated action is recorded again',
    ledger_accounts: 'accounts of the house are chosen by chance, and made with their first entry',
  },
  prepare: async (stage, watch) => {
    const billfold = createBillfold({
      ...stage,
      passwordHasher: fastPasswordHasher,
      payments: { contactVerification: 'host', openingGrant: '0.25' },
    })
    const key = await billfold.serviceKeys.create({ tag: 'faults', scopes: ['payments:gateway'] })
    const { driver, close } = await serveApi(billfold.payments)
    const client = watch(driver)
    const forms = [registration(), registration()] as const
    const enter = async ({ retry }: RetryingClient, form: ReturnType<typeof registration>): Promise<PaymentsUser> => {
      await retry(() => callEndpoint(client, 'register', form))
      const { email, phone_number: phone, password, imei } = form
      const login = await retry(() => callEndpoint(client, '/api/auth/login/', { ...form, appid: '1' }))
      const apikey: string = login.data['api-key']
      await retry(() => callEndpoint(client, 'createwallet', { email, apikey, imei }))
      return { email, phone, password, apikey }
    }
    return {
      close,
      secrets: [key.keySecret, forms[0].password, forms[1].password],
      run: async (patient) => {
        const { retry } = patient
        const [from, to] = [await enter(patient, forms[0]), await enter(patient, forms[1])]
        await retry(() =>
          creditUser(client, basicAuthorization(key.keyId, key.keySecret), from, '100.00', `first-${stage.tenant}`),
        )
        const created = await retry(() =>
          createPayment(client, from, to, '34', { transaction_reference: `pay-${stage.tenant}` }),
        )
        const payment = { from, to, amount: '34.00', session: created.data.sessionid as string }
        for (const leg of ['A', 'B'] as const) {
          const confirmed = await retry(() => confirmPayment(client, leg, payment))
          if (confirmed.code !== '0') throw new Error(`not confirmed: ${JSON.stringify(confirmed)}`)
        }
        const left = await retry(async () => ({ status: 200, ...(await getBalance(client, from)) }))
        const got = await retry(async () => ({ status: 200, ...(await getBalance(client, to)) }))
        if (left.balance !== '66.25' || left.held !== '0.00' || got.balance !== '34.25')
          throw new Error(`${left.balance}, ${left.held} held, and ${got.balance}`)
      },
      findProblems: async () => {
        const { findings } = await billfold.payments.checkConsistency()
        return findings.filter(({ tenant }) => tenant === stage.tenant).map((found) => JSON.stringify(found))
      },
    }
  },
}

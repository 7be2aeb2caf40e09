import { createBillfold } from '@billfold/core'
import { ask, balance, basic, confirm, credit, open, type Person, registration } from '../payments/payer.ts'
import { quickHash } from './quick-hash.ts'
import type { Patient, Scenario } from './scenario.ts'
import { served } from './served.ts'

/** Two people register, one is credited, and pays the other. */
export const paymentScenario: Scenario = {
  name: 'payments: two people, a deposit, a payment that both confirm',
  spare: {
    audit_records: 'an act that is done again is recorded again',
    ledger_accounts: 'accounts of the house are chosen by chance, and made with their first entry',
  },
  prepare: async (stage, watch) => {
    const billfold = createBillfold({ ...stage, passwordHasher: quickHash })
    const key = await billfold.serviceKeys.create({ tag: 'faults', scopes: ['payments:gateway'] })
    const { asker, close } = await served(billfold.payments)
    const client = watch(asker)
    const forms = [registration(), registration()] as const
    const enter = async ({ again }: Patient, form: ReturnType<typeof registration>): Promise<Person> => {
      await again(() => ask(client, 'register', form))
      const { email, phone_number: phone, password, imei } = form
      const login = await again(() => ask(client, '/api/auth/login/', { ...form, appid: '1' }))
      const apikey: string = login.data['api-key']
      await again(() => ask(client, 'createwallet', { email, apikey, imei }))
      return { email, phone, password, apikey }
    }
    return {
      close,
      secrets: [key.keySecret, forms[0].password, forms[1].password],
      play: async (patient) => {
        const { again } = patient
        const [from, to] = [await enter(patient, forms[0]), await enter(patient, forms[1])]
        await again(() => credit(client, basic(key.keyId, key.keySecret), from, '100.00', `first-${stage.tenant}`))
        const opened = await again(() => open(client, from, to, '34', { transaction_reference: `pay-${stage.tenant}` }))
        const payment = { from, to, amount: '34.00', session: opened.data.sessionid as string }
        for (const leg of ['A', 'B'] as const) {
          const confirmed = await again(() => confirm(client, leg, payment))
          if (confirmed.code !== '0') throw new Error(`not confirmed: ${JSON.stringify(confirmed)}`)
        }
        const left = await again(async () => ({ status: 200, ...(await balance(client, from)) }))
        const got = await again(async () => ({ status: 200, ...(await balance(client, to)) }))
        if (left.balance !== '66.25' || left.held !== '0.00' || got.balance !== '34.25')
          throw new Error(`${left.balance}, ${left.held} held, and ${got.balance}`)
      },
      look: async () => {
        const { findings } = await billfold.payments.checkConsistency()
        return findings.filter(({ tenant }) => tenant === stage.tenant).map((found) => JSON.stringify(found))
      },
    }
  },
}

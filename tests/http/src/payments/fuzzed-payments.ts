import type { Storage } from '@billfold/core'
import type { FuzzedApi } from '../fuzz/fuzzed-api.ts'
import {
  callEndpoint,
  createPayment,
  createPaymentsHost,
  creditUser,
  type PaymentsUser,
  registerUser,
} from './payments-client.ts'

/** Milliseconds that the clock advances per read, so that rate limit windows pass within a few hundred requests. */
const tick = 20_000

/** The payments API with two users and payments between them, some of which succeed and move money. */
export async function createFuzzedPayments(storage?: Storage): Promise<FuzzedApi> {
  let time = Date.now()
  const { billfold, serviceAuthorization } = await createPaymentsHost(storage, {
    now: () => (time += tick),
    payments: { apiKeyTtlSeconds: 10 * 365 * 24 * 60 * 60, maxPendingPayments: 3, externalReceivers: 'invite' },
  })
  return {
    api: billfold.payments,
    expected: [],
    drop: async () => {},
    prepare: async (driver) => {
      const [from, to] = [await registerUser(driver), await registerUser(driver)]
      await creditUser(driver, serviceAuthorization, from, '100000', 'first')
      const sessions: string[] = []
      for (const pair of [[from, to] as const, [to, from] as const]) {
        const created = await createPayment(driver, pair[0], pair[1], '0.01')
        sessions.push(String(created.data.sessionid))
      }
      await callEndpoint(driver, 'setpin', { email: from.email, apikey: from.apikey, mpin: '7765' })
      return {
        headers: [{ authorization: from.apikey }],
        serviceHeaders: { authorization: serviceAuthorization },
        fields: sensible(from, to, sessions),
      }
    },
    check: async () => {
      await billfold.payments.expirePayments()
      const { findings, payments, transactions } = await billfold.payments.checkConsistency()
      return {
        summary: `${payments} payments, ${transactions} deposits and withdrawals`,
        findings: findings.map((finding) => JSON.stringify(finding)),
      }
    },
  }
}

/** Valid values by field. */
function sensible(
  from: PaymentsUser,
  to: PaymentsUser,
  sessions: readonly string[],
): Record<string, readonly string[]> {
  const amounts = ['0.01', '0.01', '0.02', '1', '34.00', '0', '0.001']
  const emails = [...Array.from({ length: 8 }, () => from.email), to.email, 'nobody@example.org']
  return {
    email: emails,
    sender_email: [from.email],
    recv_email: [to.email, to.email, 'guest@example.org'],
    recv_mobile: [to.phone, to.phone, '+15559999'],
    sender_phone: [to.phone],
    from_phone: [from.phone, to.phone],
    to_mobile: [to.phone, from.phone],
    phone_number: [from.phone, '+15550123'],
    mobile: [from.phone],
    amount: amounts,
    amount_paid: amounts,
    currency: ['USD', 'USD', '0', 'EUR'],
    currency_type: ['0', 'USD'],
    transaction_type: ['DEPOSIT', 'WITHDRAWAL'],
    transaction_reference: Array.from({ length: 30 }, (_, index) => `reference-${index}`),
    status: ['SUCCESS', 'FAILED', 'CANCELLED', 'PENDING'],
    payment_gateway: ['gateway'],
    session: sessions,
    payment_leg: ['A', 'B'],
    mpin: ['7765', '12345678M32ABCDEFGH'],
    old_mpin: ['7765'],
    encryptedmpin: ['7765'],
    password: [from.password, 'another horse battery'],
    old_password: [from.password, 'another horse battery'],
    imei: ['fuzz'],
    username: ['fuzz', 'other'],
    first_name: ['Ada'],
    last_name: ['Ade'],
    dob: ['1990-02-28', '1990-02-30'],
    proof_key: ['0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', '02'.padEnd(66, 'f')],
    proof: ['00'.repeat(65)],
    number_of_users: ['10'],
    no_of_paid_users: ['5'],
    no_of_default_users: ['2'],
    user_category: ['company'],
    sub_start_date: ['2020-01-01'],
    sub_end_date: ['2999-12-31', '2019-01-01'],
    limit: ['1', '200', '201'],
    apikey: [from.apikey],
    api_key: [from.apikey],
    my_api_key: [from.apikey],
  }
}

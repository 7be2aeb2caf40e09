import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { batch } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { transferWrites } from '../ledger/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { setPaymentPin } from '../credentials/lock-pin.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { authorizeSpending, spendingWrites } from './authorize-spending.ts'

const actor = { tenant: 't', id: 'u1', source: '192.0.2.1' }
const sources = fileURLToPath(new URL('../..', import.meta.url))

/** The files of core, without tests, that call a function of the ledger. */
function callersOf(name: string): readonly string[] {
  return readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => new RegExp(String.raw`(?<!function )\b${name}\(`).test(readFileSync(path, 'utf8')))
    .map((path) => relative(sources, path))
    .toSorted()
}

describe('spending', () => {
  test.each([
    // The host itself, in process, and the one function that users go through.
    ['holdWrites', ['payments/ledger/api.ts', 'payments/spending/authorize-spending.ts']],
    ['spendingWrites', ['payments/gateway/gateway-transactions.ts', 'payments/two-leg/create-payment.ts']],
    ['createTransfer', ['payments/ledger/api.ts']],
    // Both credit a user: a deposit from the gateway's account, a grant from the tenant's.
    [
      'transferWrites',
      [
        'payments/gateway/gateway-transactions.ts',
        'payments/ledger/holds.ts',
        'payments/ledger/transfer.ts',
        'payments/wallets/wallets.ts',
      ],
    ],
    // What is captured was held before: a payment, a withdrawal, a hold of the host.
    [
      'captureWrites',
      ['payments/gateway/end-transaction.ts', 'payments/ledger/api.ts', 'payments/two-leg/confirm-payment.ts'],
    ],
  ])('is the only way out of an account: %s is called by the files listed here', (name, files) => {
    expect(callersOf(name)).toEqual(files)
  })

  test('takes no money of another user than the one who was authorized', async () => {
    const services = testServices()
    const payments = { services, settings: resolvePaymentSettings() }
    const authorization = await authorizeSpending(payments, actor, 'u1', {})
    const hold = { id: 'h', tenant: 't', owner: 'u2', currency: 'USD', amount: 1n, subject: 'h' }
    expect(
      await outcomeCode(
        spendingWrites(services, authorization, hold, { kind: 'payment', actor, counterparty: undefined }),
      ),
    ).toBe('unexpected')
  })

  test('lets a module ask what is available before it is held', async () => {
    const asked: (bigint | undefined)[] = []
    const services: Services = {
      ...testServices(),
      actAuthorizers: [
        async ({ findAvailable }) => {
          asked.push(await findAvailable?.())
          return { decision: 'deny' }
        },
      ],
    }
    const legs = [
      { account: { kind: 'grant' }, amount: -500n },
      { account: { kind: 'available', owner: 'u1' }, amount: 500n },
    ] as const
    const transfer = { id: newId(), tenant: 't', currency: 'USD', kind: 'grant', subject: 's', legs }
    await services.storage.commit(batch(...(await transferWrites(services, transfer))))
    const payments = { services, settings: resolvePaymentSettings() }
    const authorization = await authorizeSpending(payments, actor, 'u1', {})
    const hold = { id: newId(), tenant: 't', owner: 'u1', currency: 'USD', amount: 1n, subject: 'h' }
    const spending = { kind: 'payment', actor, counterparty: undefined } as const
    expect(await outcomeCode(spendingWrites(services, authorization, hold, spending))).toBe('act.denied')
    expect(asked).toEqual([500n])
  })

  test('needs the right PIN where the host requires one, also if the user has none', async () => {
    const services = testServices()
    const payments = { services, settings: resolvePaymentSettings({ requirePin: true }) }
    const attempt = (pin?: string) => outcomeCode(authorizeSpending(payments, actor, 'u1', { pin }))
    expect(await attempt('7765')).toBe('pin.incorrect')
    await setPaymentPin(services, actor, 'u1', '7765', {})
    expect(await attempt()).toBe('field.missing')
    expect(await attempt(' ')).toBe('field.missing')
    expect(await attempt('7766')).toBe('pin.incorrect')
    expect(await attempt('7765')).toBe('done')
  })
})

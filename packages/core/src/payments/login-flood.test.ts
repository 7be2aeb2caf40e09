import { expect, test } from 'vitest'
import { createUser } from '../identity/users/create.ts'
import { authorizeMethod } from '../identity/signing-methods/authorize-method.ts'
import { createPasswordHasher } from '../kernel/crypto/index.ts'
import type { Services } from '../platform/services.ts'
import { outcomeCode } from '../test-fixtures/outcome-code.ts'
import { testServices } from '../test-fixtures/services.ts'
import { resolvePaymentSettings } from './settings.ts'
import { logIn } from './users/log-in.ts'

const tenant = 'default'
const caller = { tenant, id: 'a service key', source: '203.0.113.1' }
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const

/** A hasher with the default limits of which all running hashes end together, at a tick. */
function tickingHasher() {
  const running: { readonly end: () => void; readonly ended: Promise<unknown> }[] = []
  const hasher = createPasswordHasher({ cost: testServices().passwordHasher.cost })
  const deriveUnqueued: typeof hasher.deriveUnqueued = (...inputs) => {
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => (end = resolve)).then(() => hasher.deriveUnqueued(...inputs))
    running.push({ end, ended })
    return ended
  }
  const tick = async (): Promise<void> => {
    const ending = running.splice(0)
    for (const { end } of ending) end()
    await Promise.all(ending.map(({ ended }) => ended))
    // The commits around a hash take turns of the event loop, and no time.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { passwordHasher: { ...hasher, deriveUnqueued }, tick, isIdle: () => running.length === 0 }
}

/** Counts the ticks until a signature is authorized, while these addresses send logins, one for each entry. */
async function countTicks(sources: readonly string[]): Promise<{ readonly ticks: number; readonly busy: number }> {
  const plain = testServices()
  const { user, methods } = await createUser(plain, {}, caller, { signingMethod: { type: 'PIN', value: '4711' } })
  const { passwordHasher, tick, isIdle } = tickingHasher()
  const services: Services = { ...plain, passwordHasher }
  const input = { email: 'nobody@example.org', password: 'wrong password', imei: '', appid: '', encrypted: false }
  const logins = sources.map((source) => {
    const actor = { tenant, id: 'anonymous', source, isAnonymous: true }
    return outcomeCode(logIn({ services, settings: resolvePaymentSettings() }, actor, input))
  })
  while (sources.length > 0 && isIdle()) await new Promise((resolve) => setImmediate(resolve))
  const id = methods[0]?.id ?? ''
  const signature = authorizeMethod(services, caller, user.id, { id }, '4711', failureCodes)
  while (isIdle()) await new Promise((resolve) => setImmediate(resolve))
  const ticks = await countUntilSettled(signature, tick)
  await countUntilSettled(Promise.all(logins), tick)
  return { ticks, busy: (await Promise.all(logins)).filter((code) => code === 'server.busy').length }
}

async function countUntilSettled(work: Promise<unknown>, tick: () => Promise<void>): Promise<number> {
  const state = { isSettled: false }
  const settled = work.finally(() => (state.isSettled = true))
  let ticks = 0
  for (; !state.isSettled; ticks++) await tick()
  await settled
  return ticks
}

test('a flood of anonymous logins from one address delays a signature by less than three hashes', async () => {
  const quiet = await countTicks([])
  const flooded = await countTicks(Array.from({ length: 128 }, () => '198.51.100.1'))
  expect(quiet.ticks).toBe(1)
  expect(flooded.ticks / quiet.ticks).toBeLessThan(3)
  expect(flooded.busy).toBe(120)
})

test('a flood of anonymous logins from 64 addresses delays a signature by less than three hashes', async () => {
  const flooded = await countTicks(Array.from({ length: 512 }, (_, index) => `198.51.100.${index % 64}`))
  expect(flooded.ticks).toBeLessThan(3)
})

import { beforeEach, describe, expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { batch } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { type Begun, beginStep, forgetAnswers, type Step } from './answer-once.ts'

describe('a claimed request', () => {
  let services: Services
  const step: Step = {
    tenant: 't',
    caller: 'x',
    requestId: 'r',
    asked: ['route', 'body'],
    expiresAt: Date.now() + 60_000,
  }
  const claim = (other: Partial<Step> = {}) => beginStep(services, { ...step, ...other })
  const claimFirst = async (other: Partial<Step> = {}): Promise<Begun> => {
    const first = await claim(other)
    if ('answer' in first) throw new Error('expected a first claim')
    return first
  }

  beforeEach(() => {
    services = testServices()
  })

  test('returns its stored reply when repeated', async () => {
    await (await claimFirst()).keep('the reply')
    expect(await claim()).toEqual({ answer: 'the reply' })
    expect(await claim()).toEqual({ answer: 'the reply' })
  })

  test('stores its reply in its own commit and does not overwrite it', async () => {
    const claimed = await claimFirst()
    await services.storage.commit(batch(...(await claimed.keeping('with the commit'))))
    await claimed.keep('afterwards')
    expect(await claim()).toEqual({ answer: 'with the commit' })
  })

  test('rejects a repeat while no reply is stored', async () => {
    await claimFirst()
    expect(await codeOf(claim())).toBe('request.replayed')
  })

  test('can be claimed again after it was abandoned, but not after its reply was stored', async () => {
    const first = await claimFirst()
    await first.forget()
    const second = await claimFirst()
    await second.keep('the reply')
    await first.forget()
    expect(await claim()).toEqual({ answer: 'the reply' })
  })

  test('rejects another request with the same request id of the same caller', async () => {
    await (await claimFirst()).keep('the reply')
    expect(await codeOf(claim({ asked: ['route', 'another body'] }))).toBe('request.replayed')
    expect(await codeOf(claim({ asked: ['route"', '"body'] }))).toBe('request.replayed')
    await claimFirst({ requestId: 'r2' })
    await claimFirst({ caller: 'y' })
    await claimFirst({ tenant: 'u' })
  })

  test('does not store a reply that is too long, and rejects repeats', async () => {
    await (await claimFirst()).keep('a'.repeat(1024 * 1024 + 1))
    expect(await codeOf(claim())).toBe('request.replayed')
  })

  test('is deleted when it expires', async () => {
    await (await claimFirst()).keep('the reply')
    await forgetAnswers(services.storage, step.expiresAt - 1)
    expect(await claim()).toEqual({ answer: 'the reply' })
    await forgetAnswers(services.storage, step.expiresAt)
    await claimFirst()
  })
})

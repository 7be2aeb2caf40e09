import { beforeEach, describe, expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { batch } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { type Begun, beginStep, forgetAnswers, type Step } from './answer-once.ts'

describe('a step that is taken once', () => {
  let services: Services
  const step: Step = {
    tenant: 't',
    caller: 'x',
    requestId: 'r',
    asked: ['route', 'body'],
    expiresAt: Date.now() + 60_000,
  }
  const begin = (other: Partial<Step> = {}) => beginStep(services, { ...step, ...other })
  const begun = async (other: Partial<Step> = {}): Promise<Begun> => {
    const first = await begin(other)
    if ('answer' in first) throw new Error('it was begun before')
    return first
  }

  beforeEach(() => {
    services = testServices()
  })

  test('gives its answer again', async () => {
    await (await begun()).keep('the answer')
    expect(await begin()).toEqual({ answer: 'the answer' })
    expect(await begin()).toEqual({ answer: 'the answer' })
  })

  test('keeps its answer with its own commit, and nothing over it', async () => {
    const { keeping, keep } = await begun()
    await services.storage.commit(batch(...(await keeping('with the commit'))))
    await keep('afterwards')
    expect(await begin()).toEqual({ answer: 'with the commit' })
  })

  test('is refused for as long as it has no answer', async () => {
    await begun()
    expect(await codeOf(begin())).toBe('request.replayed')
  })

  test('may be taken again once it is forgotten, but not once it is answered', async () => {
    const first = await begun()
    await first.forget()
    const second = await begun()
    await second.keep('the answer')
    await first.forget()
    expect(await begin()).toEqual({ answer: 'the answer' })
  })

  test('refuses anything else under the same request id of the same caller', async () => {
    await (await begun()).keep('the answer')
    expect(await codeOf(begin({ asked: ['route', 'another body'] }))).toBe('request.replayed')
    expect(await codeOf(begin({ asked: ['route"', '"body'] }))).toBe('request.replayed')
    await begun({ requestId: 'r2' })
    await begun({ caller: 'y' })
    await begun({ tenant: 'u' })
  })

  test('does not keep an answer that is too long, and so is not taken twice either', async () => {
    await (await begun()).keep('a'.repeat(1024 * 1024 + 1))
    expect(await codeOf(begin())).toBe('request.replayed')
  })

  test('is forgotten when its time has come', async () => {
    await (await begun()).keep('the answer')
    await forgetAnswers(services.storage, step.expiresAt - 1)
    expect(await begin()).toEqual({ answer: 'the answer' })
    await forgetAnswers(services.storage, step.expiresAt)
    await begun()
  })
})

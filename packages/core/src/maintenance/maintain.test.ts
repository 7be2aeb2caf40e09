import { describe, expect, test } from 'vitest'
import { BillfoldError } from '../kernel/errors.ts'
import type { MaintenanceStep } from '../platform/module.ts'
import { maintain } from './maintain.ts'

const services = { now: () => 5 }

/** Creates steps that record their run in `done`, or fail. */
function createSteps(done: string[], ...outcomes: readonly (string | Error)[]): readonly MaintenanceStep[] {
  return outcomes.map((outcome) => ({
    name: String(outcome),
    stage: 'expire',
    run: async (startedAt) => {
      if (outcome instanceof Error) throw outcome
      done.push(`${outcome} at ${startedAt}`)
    },
  }))
}

describe('maintain', () => {
  test('runs every step after a failure and throws the error', async () => {
    const error = new Error('read failed')
    const done: string[] = []
    await expect(maintain(services, createSteps(done, 'one', error, 'two'))).rejects.toBe(error)
    expect(done).toEqual(['one at 5', 'two at 5'])
  })

  test('throws an AggregateError if several steps fail', async () => {
    const [one, two] = [new Error('one'), new Error('two')]
    const failing = maintain(services, createSteps([], one, 'between', two))
    await expect(failing).rejects.toMatchObject({ name: 'AggregateError', errors: [one, two] })
  })

  test('stops at the first step that finds the storage unavailable', async () => {
    const error = new BillfoldError('storage.unavailable')
    const done: string[] = []
    await expect(maintain(services, createSteps(done, error, 'step'))).rejects.toBe(error)
    expect(done).toEqual([])
  })
})

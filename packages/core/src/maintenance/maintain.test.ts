import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BillfoldError } from '../kernel/errors.ts'
import type { MaintenanceStep } from '../platform/module.ts'
import { type MaintenanceProgress, maintain } from './maintain.ts'

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

  test('reports the rows of a step after each batch, and every step at its end', async () => {
    const steps: readonly MaintenanceStep[] = [
      {
        name: 'delete rows',
        stage: 'expire',
        run: async (_, report) => {
          await report(1000)
          await report(0)
          await report(500)
        },
      },
      { name: 'deliver', stage: 'deliver', run: async () => {} },
    ]
    const progress: MaintenanceProgress[] = []
    await maintain(services, steps, { onProgress: (one) => void progress.push(one) })
    const deleting = { step: 'delete rows', stage: 'expire', total: 2 }
    expect(progress).toEqual([
      { ...deleting, rows: 1000, done: 0 },
      { ...deleting, rows: 1500, done: 0 },
      { ...deleting, rows: 1500, done: 1 },
      { step: 'deliver', stage: 'deliver', rows: 0, done: 2, total: 2 },
    ])
  })

  test('awaits the report of its progress, so that the host can make it slower', async () => {
    const order: string[] = []
    const step: MaintenanceStep = {
      name: 'delete rows',
      stage: 'expire',
      run: async (_, report) => {
        await report(1)
        order.push('next batch')
      },
    }
    const onProgress = async (): Promise<void> => {
      await nextTurn()
      order.push('reported')
    }
    await maintain(services, [step], { onProgress })
    expect(order).toEqual(['reported', 'next batch', 'reported'])
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

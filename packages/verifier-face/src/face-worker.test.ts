import { setImmediate as nextTurn } from 'node:timers/promises'
import { portraitJpeg, straight } from '@billfold/test-photos'
import { afterEach, describe, expect, test } from 'vitest'
import { createFaceWorker, type FaceWorker, type FaceWorkerOptions } from './face-worker.ts'
import type { WorkerJob } from './messages.ts'

const workers: FaceWorker[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()))
})

function createWorker(options: Partial<FaceWorkerOptions> = {}): FaceWorker {
  const worker = createFaceWorker({ queue: 8, jobTimeoutMs: 300_000, decoder: 'best', ...options })
  workers.push(worker)
  return worker
}

const signal = new AbortController().signal
const bytes = Uint8Array.from(await portraitJpeg(straight))
const job: WorkerJob = { kind: 'analyse', images: [{ mediaType: 'image/jpeg', bytes }] }

describe('the face recognition worker', () => {
  test('starts its thread with the first job', async () => {
    const faces = createWorker()
    expect(faces.worker()).toBeUndefined()
    expect(await faces.run(job, signal)).toMatchObject({ kind: 'analyse', findings: [{ reasons: [] }] })
    expect(faces.worker()).toBeDefined()
  })

  test('retries the running job in a new thread when the thread is terminated', async () => {
    const faces = createWorker()
    const right = await faces.run(job, signal)
    const killed = faces.worker()
    const answers = [faces.run(job, signal), faces.run(job, signal), faces.run(job, signal)]
    await killed?.terminate()
    expect(await Promise.all(answers)).toEqual([right, right, right])
    expect(faces.worker()).not.toBe(killed)
  })

  test('rejects a job whose thread dies twice, and starts a new thread for the next job', async () => {
    const faces = createWorker({ jobTimeoutMs: 1 })
    await expect(faces.run(job, signal)).rejects.toThrow('has died')
    await expect(faces.run(job, signal)).rejects.toThrow('has died')
  })

  test('rejects jobs with server.busy when the queue is full', async () => {
    const faces = createWorker({ queue: 2 })
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => faces.run(job, signal)))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(refused.map(({ code }) => code)).toEqual(refused.map(() => 'server.busy'))
  })

  test('does not start a job that was aborted while it waited', async () => {
    const faces = createWorker()
    const controller = new AbortController()
    const first = faces.run(job, signal)
    const second = faces.run(job, controller.signal)
    controller.abort(new Error('gone'))
    await first
    await expect(second).rejects.toThrow('gone')
  })

  test('does not block the event loop of the host', async () => {
    const faces = createWorker()
    await faces.run(job, signal)
    let turns = 0
    const work = { done: false }
    const running = Promise.all([faces.run(job, signal), faces.run(job, signal), faces.run(job, signal)])
    void running.then(() => (work.done = true))
    while (!work.done) {
      await nextTurn()
      turns++
    }
    // A loop that waited for the jobs would turn a few times for each.
    expect(turns).toBeGreaterThan(100)
  })

  test('rejects waiting and new jobs after it is closed', async () => {
    const faces = createWorker()
    const outcomes = Promise.allSettled([faces.run(job, signal), faces.run(job, signal)])
    await faces.close()
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { message: 'The face recognition worker has died' } },
      { status: 'rejected', reason: { message: 'The face verifier is closed' } },
    ])
    await expect(faces.run(job, signal)).rejects.toThrow('closed')
  })
})

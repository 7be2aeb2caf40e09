import { parentPort, workerData } from 'node:worker_threads'
import type { Finding } from '../findings.ts'
import type { Answer, Job, Request, Response } from '../messages.ts'
import { analyse } from './analyse.ts'
import { bestDecoder, type Decode, javascriptDecoder } from './decode.ts'
import { loadModels } from './engine.ts'
import { nearest } from './scan.ts'

// The thread that the models live in: they would block the host's event loop, and they leave listeners on their process.

const port = parentPort
if (port === null) throw new Error('This file is started by the verifier, as a worker thread')

/** Once; a job waits for it, and fails with it. */
const ready: Promise<Decode> = loadModels().then(() =>
  workerData === 'javascript' ? javascriptDecoder : bestDecoder(),
)

async function answer(job: Job): Promise<Answer> {
  if (job.kind === 'scan') return { kind: 'scan', nearest: nearest(job.descriptor, job.gallery) }
  const decode = await ready
  const findings: Finding[] = []
  // One image after the other: one decoded image at a time is the bound on memory.
  for (const image of job.images) findings.push(await analyse(decode, image))
  return { kind: 'analyse', findings }
}

async function respond({ id, job }: Request): Promise<Response> {
  try {
    return { id, answer: await answer(job) }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : 'unknown' }
  }
}

port.on('message', (request: Request) => {
  void respond(request).then((response) => port.postMessage(response))
})

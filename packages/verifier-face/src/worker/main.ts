import { parentPort, workerData } from 'node:worker_threads'
import type { Finding } from '../findings.ts'
import type { Answer, Job, Request, Response } from '../messages.ts'
import { analyse } from './analyse.ts'
import { bestDecoder, type Decode, javascriptDecoder } from './decode.ts'
import { loadModels } from './engine.ts'
import { nearest } from './scan.ts'

// Worker thread for the models, which would block the host's event loop and add listeners to its process.

const port = parentPort
if (port === null) throw new Error('This file must run as a worker thread of the face verifier')

/** Loaded once. Jobs wait for it and fail if it fails. */
const ready: Promise<Decode> = loadModels().then(() =>
  workerData === 'javascript' ? javascriptDecoder : bestDecoder(),
)

async function runJob(job: Job): Promise<Answer> {
  if (job.kind === 'scan') return { kind: 'scan', nearest: nearest(job.descriptor, job.gallery) }
  const decode = await ready
  const findings: Finding[] = []
  // Sequential, so that only one decoded image is in memory.
  for (const image of job.images) findings.push(await analyse(decode, image))
  return { kind: 'analyse', findings }
}

async function respond({ id, job }: Request): Promise<Response> {
  try {
    return { id, answer: await runJob(job) }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : 'unknown' }
  }
}

port.on('message', (request: Request) => {
  void respond(request).then((response) => port.postMessage(response))
})

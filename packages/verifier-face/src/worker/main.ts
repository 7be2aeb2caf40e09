import { parentPort, workerData } from 'node:worker_threads'
import type { ImageFinding } from '../findings.ts'
import type { WorkerResult, WorkerJob, WorkerRequest, WorkerResponse } from '../messages.ts'
import { type AnalysedImage, analyseImage } from './analyse.ts'
import { loadBestDecoder, type ImageDecoder, javascriptDecoder } from './decode.ts'
import { loadModels } from './engine.ts'
import { computeStillSurroundings } from './motion/still-surroundings.ts'
import { findNearestPerson } from './nearest-neighbour.ts'

// Worker thread for the models, which would block the host's event loop and add listeners to its process.

const port = parentPort
if (port === null) throw new Error('This file must run as a worker thread of the face verifier')

/** Loaded once. Jobs wait for it and fail if it fails. */
const ready: Promise<ImageDecoder> = loadModels().then(() =>
  workerData === 'javascript' ? javascriptDecoder : loadBestDecoder(),
)

async function runJob(job: WorkerJob): Promise<WorkerResult> {
  if (job.kind === 'scan') return { kind: 'scan', nearest: findNearestPerson(job.descriptor, job.gallery) }
  const decode = await ready
  const findings: AnalysedImage[] = []
  // Sequential, so that only one decoded image is in memory.
  for (const image of job.images) findings.push(await analyseImage(decode, image, job.challenge === true))
  const [first] = findings
  return { kind: 'analyse', findings: findings.map((finding) => compareWithFirst(first, finding)) }
}

/** Compares a frame with the first one, and drops what no other thread needs. */
function compareWithFirst(first: AnalysedImage | undefined, { frame, ...finding }: AnalysedImage): ImageFinding {
  if (frame === undefined) return finding
  const { hash, periodicity } = frame
  if (first?.frame === undefined || first.frame === frame) return { ...finding, frame: { hash, periodicity } }
  const stillSurroundings = computeStillSurroundings(first.frame, frame)
  return { ...finding, frame: { hash, periodicity, ...(stillSurroundings !== undefined && { stillSurroundings }) } }
}

async function respond({ id, job }: WorkerRequest): Promise<WorkerResponse> {
  try {
    return { id, result: await runJob(job) }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : 'unknown' }
  }
}

port.on('message', (request: WorkerRequest) => {
  void respond(request).then((response) => port.postMessage(response))
})

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BiometricVerifier, Evidence, InlineGallery, VerifierContext } from '@billfold/core/biometrics'
import { portraitJpeg, straight } from '@billfold/test-photos'
import { faceVerifier } from '@billfold/verifier-face'
import { saveResult } from './save-result.ts'

// Cost of the embedded face verifier: cold and warm verification, 1:N identification, and memory growth over many verifications:
// node dist/faces.js [verifications] [maximum gallery size]

const context: VerifierContext = { tenant: 'benchmark', signal: new AbortController().signal }
const [verifications = 1000, maxGallerySize = 1_000_000] = process.argv.slice(2).map(Number)
const templateBytes = 512

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Creates a gallery of other faces, each at a distance of about 0.8 from the known face, which is the last row. */
function createGallery(known: Uint8Array, rows: number): InlineGallery {
  const bytes = new Uint8Array(new SharedArrayBuffer(rows * templateBytes))
  const values = new Float32Array(bytes.buffer)
  const face = new Float32Array(known.slice().buffer)
  for (let index = 0; index < values.length; index++) {
    values[index] = (face[index % face.length] ?? 0) + (Math.random() - 0.5) * 0.245
  }
  bytes.set(known, (rows - 1) * templateBytes)
  const people = new Uint32Array(new SharedArrayBuffer(rows * 4)).map((_, row) => row)
  return { kind: 'inline', rows, rowBytes: templateBytes, bytes, people }
}

async function measureIdentification(
  verifier: BiometricVerifier,
  evidence: Evidence,
  known: Uint8Array,
  warm: number,
): Promise<void> {
  for (const rows of [1000, 100_000, 1_000_000].filter((each) => each <= maxGallerySize)) {
    const gallery = createGallery(known, rows)
    const times: number[] = []
    let found = 0
    for (let round = 0; round < 7; round++) {
      times.push(
        await milliseconds(async () => {
          const answer = await verifier.identify?.({ evidence, gallery }, context)
          if (answer?.match?.kind === 'inline' && answer.match.person === rows - 1) found++
        }),
      )
    }
    const scan = Math.max(0, median(times) - warm)
    saveResult({
      name: `1:${rows} face identification`,
      billfold: `${median(times).toFixed(0)} ms`,
      other: `1:1 verification: ${warm.toFixed(0)} ms`,
      ratio: median(times) / warm,
    })
    console.log(`1:${rows}: ${scan.toFixed(0)} ms more than a verification, found ${found} of ${times.length}`)
  }
}

const verifier = faceVerifier()
try {
  const bytes = Uint8Array.from(await portraitJpeg(straight))
  const evidence: Evidence = { kind: 'image', image: { mediaType: 'image/jpeg', bytes, width: 640, height: 640 } }
  const cold = await milliseconds(() => verifier.compare({ evidence, templates: [] }, context).then(() => undefined))
  const startedAt = performance.now()
  const { templates } = await verifier.enrol({ evidence: [evidence], collection: 'benchmark' }, context)
  console.log(
    `first verification, including loading the models: ${(performance.now() - startedAt + cold).toFixed(0)} ms`,
  )
  const [template] = templates
  if (template?.kind !== 'inline') throw new Error('the quality of the portrait is too low')

  const delay = monitorEventLoopDelay({ resolution: 5 })
  const memory: number[] = []
  const times: number[] = []
  delay.enable()
  for (let round = 0; round < verifications; round++) {
    times.push(await milliseconds(() => verifier.compare({ evidence, templates }, context)))
    if (round % 100 === 99) memory.push(process.memoryUsage().rss / 2 ** 20)
  }
  delay.disable()
  console.log(`warm verification, median of ${verifications}: ${median(times).toFixed(0)} ms`)
  // The monitor includes its resolution in the delay.
  console.log(`event loop, 99th percentile of the delay: ${(delay.percentile(99) / 1e6 - 5).toFixed(1)} ms`)
  console.log(`memory after each hundred verifications, MiB: ${memory.map((value) => value.toFixed(0)).join(' ')}`)
  await measureIdentification(verifier, evidence, template.bytes, median(times))
} finally {
  await verifier.close()
}

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BiometricVerifier, Evidence, InlineGallery, VerifierContext } from '@billfold/core/biometrics'
import { portraitJpeg, straight } from '@billfold/test-photos'
import { faceVerifier } from '@billfold/verifier-face'
import { keepFigure } from './figures.ts'

// What the embedded verifier costs: a selfie cold and warm, one among many, and whether a thousand of them leave anything behind:
// node dist/faces.js [selfies] [the most faces in a gallery]

const context: VerifierContext = { tenant: 'benchmark', signal: new AbortController().signal }
const [verifications = 1000, mostFaces = 1_000_000] = process.argv.slice(2).map(Number)
const templateBytes = 512

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** A gallery of strangers, each about 0.8 away from the known one, as the faces of different people are, and the known one at the end. */
function galleryWith(known: Uint8Array, rows: number): InlineGallery {
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

async function among(verifier: BiometricVerifier, evidence: Evidence, known: Uint8Array, warm: number): Promise<void> {
  for (const rows of [1000, 100_000, 1_000_000].filter((each) => each <= mostFaces)) {
    const gallery = galleryWith(known, rows)
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
    keepFigure({
      what: `one face among ${rows}`,
      billfold: `${median(times).toFixed(0)} ms`,
      other: `one face against one: ${warm.toFixed(0)} ms`,
      ratio: median(times) / warm,
    })
    console.log(`one among ${rows}: ${scan.toFixed(0)} ms beyond a selfie, found ${found} of ${times.length}`)
  }
}

const verifier = faceVerifier()
try {
  const bytes = Uint8Array.from(await portraitJpeg(straight))
  const evidence: Evidence = { kind: 'image', image: { mediaType: 'image/jpeg', bytes, width: 640, height: 640 } }
  const cold = await milliseconds(() => verifier.compare({ evidence, templates: [] }, context).then(() => undefined))
  const begun = performance.now()
  const { templates } = await verifier.enrol({ evidence: [evidence], collection: 'benchmark' }, context)
  console.log(`first selfie, models loaded: ${(performance.now() - begun + cold).toFixed(0)} ms`)
  const [template] = templates
  if (template?.kind !== 'inline') throw new Error('The portrait was not good enough')

  const delay = monitorEventLoopDelay({ resolution: 5 })
  const memory: number[] = []
  const times: number[] = []
  delay.enable()
  for (let round = 0; round < verifications; round++) {
    times.push(await milliseconds(() => verifier.compare({ evidence, templates }, context)))
    if (round % 100 === 99) memory.push(process.memoryUsage().rss / 2 ** 20)
  }
  delay.disable()
  console.log(`warm selfie, median of ${verifications}: ${median(times).toFixed(0)} ms`)
  // The resolution is part of what the monitor reports.
  console.log(`event loop, 99th percentile of the delay: ${(delay.percentile(99) / 1e6 - 5).toFixed(1)} ms`)
  console.log(`memory of the process after each hundred, MiB: ${memory.map((value) => value.toFixed(0)).join(' ')}`)
  await among(verifier, evidence, template.bytes, median(times))
} finally {
  await verifier.close()
}

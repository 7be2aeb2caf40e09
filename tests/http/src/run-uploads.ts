import { request as httpRequest } from 'node:http'
import { sendRequest } from './send-request.ts'
import { startHost } from './hosts/start-host.ts'
import { formatMounting, type Mounting, mountings } from './hosts/mountings.ts'
import { type Applicant, logInApplicant } from './onboarding/applicant.ts'
import { encodeForm, formType, pngBytes } from './onboarding/multipart-form.ts'
import { createOnboardingHost } from './onboarding/onboarding-host.ts'

// One file of 2 GiB through each framework, to a host that accepts it and one that does not, with the memory used:
// node dist/run-uploads.js [MiB]
const [mebibytes = 2048] = process.argv.slice(2).map(Number)
const size = mebibytes * 2 ** 20
const piece = Buffer.alloc(2 ** 20, 5)
/** The allowed memory growth of the host, in bytes. */
const allowed = 100 * 2 ** 20

/** Sends a file piece by piece with backpressure, and returns the status and the peak memory. */
function upload(
  port: number,
  mounting: Mounting,
  { jwt }: Applicant,
): Promise<{ status: number; text: string; peak: number }> {
  return new Promise((resolve, reject) => {
    let peak = 0
    const answer = { startedAt: false }
    const outgoing = httpRequest({
      port,
      method: 'POST',
      path: `${mounting.prefix}/files`,
      headers: { ...formType, authorization: `Bearer ${jwt}` },
    })
    outgoing.on('response', (response) => {
      answer.startedAt = true
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text, peak })
        outgoing.destroy()
      })
    })
    outgoing.on('error', (error) => {
      if (!answer.startedAt) reject(error)
    })
    outgoing.write(encodeForm([{ name: 'file', content: pngBytes(1000) }], '').subarray(0, -2))
    let left = size
    const send = (): void => {
      while (left > 0 && !answer.startedAt) {
        left -= piece.length
        peak = Math.max(peak, process.memoryUsage().rss)
        if (!outgoing.write(piece)) return void outgoing.once('drain', send)
      }
      if (!answer.startedAt) outgoing.end(`\r\n${Buffer.from(encodeForm([])).toString()}`)
    }
    send()
  })
}

async function run(mounting: Mounting, maxFileBytes: number, expected: number): Promise<void> {
  const made = await createOnboardingHost(undefined, { files: { maxFileBytes, maxBytesPerWallet: 2 * maxFileBytes } })
  const host = await startHost(mounting, made.billfold.onboarding)
  const applicant = await logInApplicant({
    request: (method, path, sent) => sendRequest(host.port, method, mounting.prefix + path, sent),
  })
  const before = process.memoryUsage().rss
  const startedAt = performance.now()
  const { status, text, peak } = await upload(host.port, mounting, applicant)
  const seconds = (performance.now() - startedAt) / 1000
  const grown = peak - before
  const good = status === expected && grown < allowed
  const line = `${formatMounting(mounting)}: ${mebibytes} MiB, answered ${status} after ${seconds.toFixed(1)} s, ${(grown / 2 ** 20).toFixed(0)} MiB more memory`
  process.stdout.write(`${good ? 'ok' : 'FAILED'} ${line}${good ? '' : ` ${text}`}\n`)
  if (!good) process.exitCode = 1
  await host.close()
  await made.drop()
}

for (const mounting of mountings.filter(
  ({ framework, prefix, through, parser }) =>
    framework !== 'express 4' && prefix === '/id' && through === 'app' && (parser || framework === 'fetch'),
)) {
  await run(mounting, 10 * 2 ** 20, 413)
  await run(mounting, 2 * size, 200)
}

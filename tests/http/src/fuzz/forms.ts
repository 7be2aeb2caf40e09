import type { Random } from './random.ts'
import { oddText } from './values.ts'

/** The boundary of every form; some parts violate it. */
export const formBoundary = 'x'

const starts = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff\xe0', '%PDF-1.7', 'GIF89a', 'RIFFabcdWEBP', '']

const partHeaders = [
  'Content-Disposition: form-data',
  'Content-Disposition: attachment; name="file"',
  'Content-Type: image/png',
  `X-Long: ${'a'.repeat(20_000)}`,
  "Content-Disposition: form-data; name*=UTF-8''%ff%zz",
  'Content-Disposition: form-data; name="file"\r\nContent-Type: multipart/mixed; boundary=x',
  'Content-Disposition: form-data; name="file"\r\nContent-Transfer-Encoding: base64',
  '',
  '\0',
]

/** Creates an approximate multipart body: parts of the given names, files, JSON texts, and violations of RFC 7578. */
export function fuzzedForm(names: readonly string[], json: () => unknown, random: Random): Buffer {
  const count = random.chance(0.02) ? 200 : random.below(5)
  const parts = Array.from({ length: count }, () => fuzzedPart(names, json, random))
  const end = random.chance(0.9) ? `--${formBoundary}--\r\n` : random.pick(['', '--', `--${formBoundary}`, '\r\n\r\n'])
  const body = Buffer.concat([...parts, Buffer.from(end)])
  return random.chance(0.1) ? body.subarray(0, random.below(body.length + 1)) : body
}

function fuzzedPart(names: readonly string[], json: () => unknown, random: Random): Buffer {
  const name = random.chance(0.85) ? random.pick(names) : quotable(oddText(random))
  const headers = random.chance(0.9)
    ? `Content-Disposition: form-data; name="${name}"; filename="${quotable(oddText(random))}"`
    : random.pick(partHeaders)
  const content = random.chance(isFile(name) ? 0.9 : 0.1) ? fuzzedFile(random) : Buffer.from(fuzzedText(json, random))
  const after = random.chance(0.97) ? '\r\n' : random.pick(['', '\n', `\r\n--${formBoundary}\r\n`])
  return Buffer.concat([Buffer.from(`--${formBoundary}\r\n${headers}\r\n\r\n`), content, Buffer.from(after)])
}

function isFile(name: string): boolean {
  return /^(\$|file|document)/.test(name)
}

function fuzzedText(json: () => unknown, random: Random): string {
  return random.chance(0.3) ? '[]' : (JSON.stringify(json()) ?? '')
}

function fuzzedFile(random: Random): Buffer {
  const size = random.chance(0.02) ? 250_000 : random.below(3000)
  return Buffer.concat([Buffer.from(random.pick(starts), 'latin1'), Buffer.alloc(size, random.below(256))])
}

function quotable(text: string): string {
  return text.replace(/["\r\n]/g, '_')
}

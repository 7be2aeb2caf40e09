import type { Random } from './random.ts'
import type { FuzzedRequest } from './requests.ts'

const mutations: readonly ((request: FuzzedRequest, random: Random) => string)[] = [
  // Wrong Content-Length.
  (request, random) =>
    write({ ...request, headers: { ...request.headers, 'content-length': String(random.below(5000)) } }),
  (request) => write({ ...request, headers: { ...request.headers, 'content-length': '-1' } }),
  (request) => write({ ...request, headers: { ...request.headers, 'content-length': '99999999999999999999' } }),
  // Two lengths, or a length and chunks: request smuggling.
  (request) => write({ ...request, headers: { ...request.headers, 'transfer-encoding': 'chunked' } }),
  (request) => write(request).replace('\r\n', '\r\nContent-Length: 7\r\n'),
  // Invalid chunks.
  (request, random) => chunked(request, `${random.pick(['zz', '-1', 'ffffffffffffffff', ''])}\r\nabc\r\n0\r\n\r\n`),
  (request) => chunked(request, '3\r\n{"a\r\n'),
  (request) => chunked(request, '3\r\n{"a\r\n0\r\n\r\n'),
  // Invalid and unusual request lines.
  (request) => write({ ...request, method: 'GE T' }),
  (request) => write({ ...request, method: 'PURR' }),
  (request) => write({ ...request, path: `http://127.0.0.1${request.path}` }),
  (request) => write({ ...request, path: '*', method: 'OPTIONS' }),
  (request) => write({ ...request, path: `${request.path}\xff\x80"<>^\`{|}` }),
  (request) => write({ ...request, path: `//evil${request.path}` }),
  (request) => write({ ...request, path: '/'.padEnd(20_000, 'a') }),
  (request) => write(request).replace('HTTP/1.1', 'HTTP/1.0'),
  (request) => write(request).replace('HTTP/1.1', 'HTTP/9.9'),
  // Invalid headers.
  (request) => write({ ...request, headers: { ...request.headers, 'x-bad': '\u0000\u0001' } }),
  (request) => write({ ...request, headers: { ...request.headers, expect: '100-continue' } }),
  (request) => write({ ...request, headers: { ...request.headers, expect: 'miracles' } }),
  (request) => write({ ...request, headers: { ...request.headers, upgrade: 'websocket', connection: 'upgrade' } }),
  (request) =>
    write({
      ...request,
      headers: { ...request.headers, 'content-type': 'application/json\r\nContent-Type: text/plain' },
    }),
  // Truncated, pipelined, or noise.
  (request, random) => write(request).slice(0, random.below(200)),
  (request) => write(request) + write(request) + write(request),
  (_request, random) =>
    Array.from({ length: random.below(300) }, () => String.fromCharCode(random.below(256))).join(''),
]

/** Creates the bytes of a malformed request, as latin1 text. */
export function malformRequest(request: FuzzedRequest, random: Random): string {
  return random.pick(mutations)(request, random)
}

function write({ method, path, headers, body }: FuzzedRequest): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body.toString('latin1')}`
}

function chunked({ method, path, headers }: FuzzedRequest, chunks: string): string {
  const { 'content-length': _, ...others } = headers
  return write({
    method,
    path,
    headers: { ...others, 'transfer-encoding': 'chunked' },
    body: Buffer.from(chunks, 'latin1'),
  })
}

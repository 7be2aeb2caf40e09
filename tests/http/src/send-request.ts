import { Agent, request as httpRequest } from 'node:http'
import supertest, { type Test } from 'supertest'
import type { HttpReply, RequestContent } from './request-driver.ts'

/** Keeps connections alive across requests and suites. Idle connections do not keep the process running. */
const agent = new Agent({ keepAlive: true })

/** Sends a request to a port of this machine through supertest; chunked bodies, which supertest does not send, through node:http. */
export async function sendRequest(
  port: number,
  method: string,
  path: string,
  content: RequestContent = {},
): Promise<HttpReply> {
  if (content.chunks !== undefined) return sendChunks(port, method, path, content)
  const test = new supertest.Test(`http://127.0.0.1:${port}`, method, path).agent(agent).parse(readBytes)
  addContent(test, content)
  const { status, headers, body } = await test
  // The reply to HEAD has no body, which supertest represents as an empty object.
  return toReply(status, headers, Buffer.isBuffer(body) ? body : Buffer.alloc(0))
}

function addContent(test: Test, { headers = {}, json, body }: RequestContent): void {
  if (json !== undefined) test.set('content-type', 'application/json')
  test.set({ ...headers })
  if (json !== undefined) test.send(JSON.stringify(json))
  else if (typeof body === 'string' && 'content-type' in headers) test.send(body)
  // As bytes: supertest gives text without a Content-Type that of a form. Unserialized: it prints bytes as JSON.
  else if (body !== undefined) test.serialize(unchanged).send(Buffer.from(body))
}

function unchanged<T>(value: T): T {
  return value
}

function sendChunks(port: number, method: string, path: string, content: RequestContent): Promise<HttpReply> {
  const { headers = {}, chunks = [] } = content
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      readBytes(response, (error, bytes) =>
        error === null ? resolve(toReply(response.statusCode ?? 0, response.headers, bytes)) : reject(error),
      )
    })
    outgoing.on('error', reject)
    for (const chunk of chunks) outgoing.write(chunk)
    outgoing.end()
  })
}

function readBytes(stream: NodeJS.EventEmitter, done: (error: Error | null, bytes: Buffer) => void): void {
  const parts: Buffer[] = []
  stream.on('data', (part: Buffer) => parts.push(part))
  stream.on('end', () => done(null, Buffer.concat(parts)))
}

function toReply(status: number, headers: HttpReply['headers'], bytes: Buffer): HttpReply {
  const text = bytes.toString('utf8')
  return { status, headers, text, json: parseJson(text) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

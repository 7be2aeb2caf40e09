import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decryptJson } from './authentication/api/secure-channel/decrypt-body.ts'
import { parseSignatureRequest } from './custody/api/signature-data.ts'
import { readBody } from './http/read-body.ts'
import type { IncomingBody } from './http/request-response.ts'
import { attributesSchema } from './onboarding/api/schemas.ts'

const crowded = `[${'[],'.repeat(20_000)}1]`

function read(body: IncomingBody): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const { signal } = new AbortController()
  const request = {
    method: 'POST',
    path: '/',
    mount: '',
    params: {},
    query: '',
    headers,
    ip: '192.0.2.1',
    signal,
    body,
  }
  return readBody({ encoding: 'json', schema: z.unknown(), limit: 10_000_000 }, request, 5_000)
}

// Every place that parses JSON from outside.
test.each<[string, () => unknown]>([
  ['a body', () => read({ kind: 'stream', stream: Readable.from([Buffer.from(crowded)]) })],
  ['a body that the host has parsed', () => read({ kind: 'parsed', value: JSON.parse(crowded) })],
  [
    'encrypted data',
    () => decryptJson({ publicKey: '', callerKey: '', encrypt: () => '', decrypt: () => Buffer.from(crowded) }, ''),
  ],
  ['typed data as text', () => parseSignatureRequest({ type: 'EIP712', data: crowded })],
  ['attributes as text', () => attributesSchema.parse(`[{"id":"a","data":${crowded}}]`)],
])('more than 20,000 values are rejected: %s', async (_, parse) => {
  await expect(async () => parse()).rejects.toThrow(/Malformed|20,000|Invalid/)
})

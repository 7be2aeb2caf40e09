import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { outcomeCode } from '../test-fixtures/outcome-code.ts'
import type { IncomingBody, IncomingRequest } from './request-response.ts'
import type { BodyRule } from './route-definition.ts'
import { readBody } from './read-body.ts'

const jsonOrJwt: BodyRule = { encoding: 'json', schema: z.unknown(), limit: 200, jwt: true }
const form: BodyRule = { encoding: 'form', schema: z.unknown(), limit: 200 }
const jwe = 'eyJhbGciOiJFQ0RILUVTIn0..aXY.Y2lwaGVydGV4dA.dGFn'

function read(rule: BodyRule, type: string, body: IncomingBody) {
  const request: IncomingRequest = {
    method: 'POST',
    path: '/a',
    mount: '',
    params: {},
    query: '',
    headers: { 'content-type': type },
    ip: '192.0.2.1',
    body,
    signal: new AbortController().signal,
  }
  return readBody(rule, request, 10_000)
}
const stream = (text: string): IncomingBody => ({ kind: 'stream', stream: Readable.from([Buffer.from(text)]) })
const parsed = (value: unknown): IncomingBody => ({ kind: 'parsed', value })

describe('a body rule with `jwt`', () => {
  test('gives the text of a token, unread or left by a text parser of the host', async () => {
    for (const body of [stream(jwe), parsed(jwe), parsed(Buffer.from(jwe))])
      expect(await read(jsonOrJwt, 'application/jwt', body)).toEqual({ value: jwe, raw: undefined })
  })

  test('still gives JSON', async () => {
    expect(await read(jsonOrJwt, 'application/json', stream('{"a":1}'))).toMatchObject({ value: { a: 1 } })
  })

  test.each(['a', 'a.b', 'a b.c.d', '{"a":1}', 'a.b.c.d.e.f', 'ä.b.c'])('refuses %j as a token', async (text) => {
    expect(await outcomeCode(read(jsonOrJwt, 'application/jwt', stream(text)))).toBe('body.malformed')
  })

  test('refuses a token that is longer than its limit', async () => {
    const long = stream(`${jwe}${'a'.repeat(200)}`)
    expect(await outcomeCode(read(jsonOrJwt, 'application/jwt', long))).toBe('body.too-large')
  })

  test('is the condition of a token', async () => {
    const { jwt: _, ...json } = jsonOrJwt
    expect(await outcomeCode(read(json, 'application/jwt', stream(jwe)))).toBe('body.unsupported-type')
  })
})

describe('a form', () => {
  const type = 'application/x-www-form-urlencoded'

  test('is refused with the names of repeated parameters, unread or parsed by the host', async () => {
    for (const body of [stream('code=1&x=2&code=3'), parsed({ code: ['1', '3'], x: '2' })])
      await expect(read(form, type, body)).rejects.toMatchObject({
        code: 'input.invalid',
        issues: [{ path: 'code', message: 'must not be repeated' }],
      })
  })

  test('is accepted when each parameter is there once', async () => {
    expect(await read(form, type, stream('code=1&x=2'))).toMatchObject({ value: { code: '1', x: '2' } })
  })
})

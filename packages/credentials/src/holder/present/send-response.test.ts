import { expect, test } from 'vitest'
import { postResponse } from './send-response.ts'

const send = (responseUri: string, redirectUri: string) => {
  const body = JSON.stringify({ redirect_uri: redirectUri })
  const http = () => Promise.resolve({ status: 200, headers: {}, body })
  return postResponse({ settings: { http } }, responseUri, {})
}
const verifier = 'https://verifier.example/responses/1'
const local = 'http://localhost:3000/responses/1'

test.each([
  [verifier, 'https://shop.example/done?response_code=x'],
  [verifier, 'shop.example.app://done'],
  [verifier, 'https://shop.example/done#response_code=x'],
  [local, 'http://localhost:3000/done'],
])('after a response to %s the user is sent to %s', async (responseUri, redirectUri) => {
  expect(await send(responseUri, redirectUri)).toEqual({ redirectUri })
})

test.each([
  [verifier, 'http://localhost:3000/done'],
  [verifier, 'http://verifier.example/done'],
  [local, 'http://localhost:3001/done'],
  [local, 'http://shop.example/done'],
  ['http://verifier.example/responses/1', 'http://verifier.example/done'],
  [verifier, 'javascript:alert(1)'],
])('after a response to %s the user is not sent to %s', async (responseUri, redirectUri) => {
  expect(await send(responseUri, redirectUri)).toEqual({})
})

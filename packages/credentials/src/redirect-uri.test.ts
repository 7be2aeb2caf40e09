import { expect, test } from 'vitest'
import { isRedirectUri } from './redirect-uri.ts'

test.each(['https://wallet.example/back?a=b', 'eu.example.wallet://back', 'openid-wallet://back'])(
  'a browser may be sent to %s',
  (uri) => {
    expect(isRedirectUri(uri)).toBe(true)
  },
)

test.each([
  'http://wallet.example/back',
  'javascript:alert(1)',
  'javascript://x/%0aalert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'blob:https://wallet.example/x',
  'mailto:a@b.example',
  'https://wallet.example/back#fragment',
  'https://wallet.example;sandbox/back',
  'https://wallet.example,wallet.example/back',
  'wallet',
  '',
])('a browser is not sent to %j', (uri) => {
  expect(isRedirectUri(uri)).toBe(false)
})

import { describeMounted } from '../hosts/describe-mounted.ts'
import { formatMounting } from '../hosts/mountings.ts'
import { createDidHost, type DidHost } from './did-host.ts'
import { didSuite } from './did-suite.ts'
import { tokenSuite } from './token-suite.ts'

/** Covers each framework, each kind of mounting, with and without prefix and parsers, but not every combination. */
const oneOfEachKind = new Set([
  'express 4 at the root',
  'express 4 at /id behind parsers',
  'express 5 at /id',
  'express 5 at /outer/id by sub-router',
  'koa at the root behind parsers',
  'koa at /id by koa-mount',
  'fetch at the root',
  'fetch at /id',
  'fetch at /outer/id by hono',
])

/** Mountings that read the body covered by a token in different ways. */
const withTokens = new Set(['express 5 at /id behind parsers', 'koa at /id', 'fetch at /id'])

let host: DidHost | undefined

async function build(): Promise<DidHost['billfold']['dids']> {
  host = await createDidHost()
  return host.billfold.dids
}

function current(): DidHost {
  if (host === undefined) throw new Error('There is no host yet')
  return host
}

describeMounted('the DID API', build, (client) => didSuite(client, current), {
  only: (mounting) => oneOfEachKind.has(formatMounting(mounting)),
})

describeMounted('x-did-auth', build, (client) => tokenSuite(client, current), {
  only: (mounting) => withTokens.has(formatMounting(mounting)),
})

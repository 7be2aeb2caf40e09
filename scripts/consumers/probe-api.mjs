// An API that tells what a host passes on: the address of the client, aborts, and streams that nobody reads any more.
import { Buffer } from 'node:buffer'
import { jsonErrorReply, route } from '@billfold/core/http'

/** What the probe has seen. */
export const counts = { aborted: 0, closedStreams: 0 }

/** @param {AbortSignal} signal */
const untilAborted = (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))

async function* endless() {
  try {
    for (;;) yield Buffer.alloc(10_000)
  } finally {
    counts.closedStreams++
  }
}

const common = {
  summary: 'Probes the host',
  guard: {
    name: 'open',
    security: [],
    schemes: {},
    admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
  },
  replies: { 200: { description: 'What was understood' } },
}

export const probe = {
  name: 'probe',
  title: 'Probe',
  errorReply: jsonErrorReply,
  routes: [
    route({
      id: 'ip',
      method: 'GET',
      path: '/ip',
      ...common,
      handler: async (_input, { ip, url }) => ({
        status: 200,
        headers: { 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] },
        body: { ip, url },
      }),
    }),
    route({
      id: 'counts',
      method: 'GET',
      path: '/counts',
      ...common,
      handler: async () => ({ status: 200, body: counts }),
    }),
    route({
      id: 'wait',
      method: 'POST',
      path: '/wait',
      ...common,
      handler: async (_input, { signal }) => {
        await untilAborted(signal)
        counts.aborted++
        return { status: 200, body: {} }
      },
    }),
    route({
      id: 'endless',
      method: 'GET',
      path: '/endless',
      ...common,
      handler: async () => ({ status: 200, headers: { 'content-type': 'application/octet-stream' }, body: endless() }),
    }),
  ],
}

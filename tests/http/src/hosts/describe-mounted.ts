import type { MountableApi } from '@billfold/core/http'
import { afterAll, beforeAll, describe } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { connectRaw } from '../raw-connection.ts'
import { sendRequest } from '../send-request.ts'
import type { HostOptions } from './host-builder.ts'
import { type Host, startHost } from './start-host.ts'
import { formatMounting, isDefaultMounting, type Mounting, mountings } from './mountings.ts'

/** The mountings that a suite runs in, and the options of their hosts. */
export interface SuiteOptions extends HostOptions {
  readonly only?: (mounting: Mounting) => boolean
}

/** Describes an API once for each mounting. `build` creates a new API for each. */
export function describeMounted(
  name: string,
  build: () => Promise<MountableApi>,
  suite: (client: MountedClient) => void,
  options: SuiteOptions = {},
): void {
  for (const mounting of mountings.filter(options.only ?? isDefaultMounting)) {
    describe(`${name}, ${formatMounting(mounting)}`, () => {
      let host: Host | undefined
      beforeAll(async () => {
        host = await startHost(mounting, await build(), options)
      })
      afterAll(async () => {
        await host?.close()
      })
      suite(
        createClient(mounting, () => {
          if (host === undefined) throw new Error('The host does not listen yet')
          return host
        }),
      )
    })
  }
}

function createClient(mounting: Mounting, host: () => Host): MountedClient {
  return {
    mounting,
    get port() {
      return host().port
    },
    get url() {
      return `http://127.0.0.1:${host().port}${mounting.prefix}`
    },
    get hostErrors() {
      return host().errors
    },
    request: (method, path, sent) => sendRequest(host().port, method, mounting.prefix + path, sent),
    requestHost: (method, path, sent) => sendRequest(host().port, method, path, sent),
    connect: () => connectRaw(host().port),
  }
}

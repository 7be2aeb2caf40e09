import type { MountableApi } from '@billfold/core/http'
import { request } from '../client.ts'
import { startHost } from '../hosts.ts'
import type { Asker } from './scenario.ts'

/** An API in a host that listens. */
export async function served(
  api: MountableApi,
): Promise<{ readonly asker: Asker; readonly close: () => Promise<void> }> {
  const { port, close } = await startHost({ framework: 'koa', through: 'app', prefix: '', parser: false }, api)
  return { asker: { request: (method, path, sent) => request(port, method, path, sent) }, close }
}

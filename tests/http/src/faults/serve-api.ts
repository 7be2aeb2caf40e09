import type { MountableApi } from '@billfold/core/http'
import { sendRequest } from '../send-request.ts'
import { startHost } from '../hosts/start-host.ts'
import type { RequestDriver } from '../request-driver.ts'

/** Serves an API in a listening host. */
export async function serveApi(
  api: MountableApi,
): Promise<{ readonly driver: RequestDriver; readonly close: () => Promise<void> }> {
  const { port, close } = await startHost({ framework: 'koa', through: 'app', prefix: '', parser: false }, api)
  return { driver: { request: (method, path, sent) => sendRequest(port, method, path, sent) }, close }
}

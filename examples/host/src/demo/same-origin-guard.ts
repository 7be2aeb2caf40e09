import type { IncomingMessage } from 'node:http'
import type { HostSettings } from '../settings.ts'
import { isConsoleKey } from './console-key.ts'
import type { DemoContext } from './context.ts'

/**
 * Returns true if a request comes from the console in a browser on this computer. Actions use the host's service key, so requests from other
 * computers, through proxies, from other origins (CSRF) and with foreign host names (DNS rebinding) are rejected. Proxies and tunnels may
 * hide themselves, so the request must also carry the console key that this start has printed.
 */
export function isConsoleRequest({ socket, headers }: IncomingMessage, { settings, consoleKey }: DemoContext): boolean {
  if (!isConsoleKey(headers['x-demo-key'], consoleKey)) return false
  if (!isLoopback(socket.remoteAddress)) return false
  if (['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some((name) => headers[name] !== undefined)) return false
  const { host, origin, 'sec-fetch-site': site } = headers
  if (host === undefined || !localHosts(settings, socket.localPort).includes(host)) return false
  return origin === `http://${host}` && (site === undefined || site === 'same-origin')
}

/** Host names of this host on the local computer. */
export function localHosts({ baseUrl }: HostSettings, port: number | undefined): readonly string[] {
  return [new URL(baseUrl).host, ...['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)]
}

function isLoopback(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

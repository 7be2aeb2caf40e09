import type { IncomingMessage } from 'node:http'
import type { Settings } from '../settings.ts'
import { isConsoleKey } from './console-key.ts'
import type { DemoSetup } from './setup.ts'

/**
 * Whether a request comes from the console itself, in a browser on this computer. The demo acts with the host's service key,
 * so nobody else may ask it to: not another computer, not a proxy in front, not the page of another site, and not one that
 * has pointed its own name at this computer. A proxy or a tunnel can hide that it is one, so the page must also bring the key
 * of the link that this start has printed.
 */
export function isFromOwnPage({ socket, headers }: IncomingMessage, { settings, consoleKey }: DemoSetup): boolean {
  if (!isConsoleKey(headers['x-demo-key'], consoleKey)) return false
  if (!isLoopback(socket.remoteAddress)) return false
  if (['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some((name) => headers[name] !== undefined)) return false
  const { host, origin, 'sec-fetch-site': site } = headers
  if (host === undefined || !ownHosts(settings, socket.localPort).includes(host)) return false
  return origin === `http://${host}` && (site === undefined || site === 'same-origin')
}

/** The names that this host has on its own computer. */
export function ownHosts({ baseUrl }: Settings, port: number | undefined): readonly string[] {
  return [new URL(baseUrl).host, ...['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)]
}

function isLoopback(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

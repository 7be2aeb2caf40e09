import type { WalletHttp } from '@billfold/credentials'
import type { HostSettings } from '../settings.ts'

/** The origin of the other site: this host under another name of this computer, which browsers take for another site. */
export function shopOrigin({ baseUrl }: Pick<HostSettings, 'baseUrl'>): string {
  const url = new URL(baseUrl)
  url.hostname = url.hostname === 'localhost' ? '127.0.0.1' : 'localhost'
  return url.origin
}

/**
 * Fetches for the demo, from this host only. Without it the wallet and the other site use https and public addresses only, where
 * neither of them is.
 */
export function localFetch(settings: HostSettings): typeof globalThis.fetch {
  const origins = [new URL(settings.baseUrl).origin, shopOrigin(settings)]
  return (input, init) => {
    const { origin, pathname, search } = new URL(input instanceof Request ? input.url : input)
    if (!origins.includes(origin)) return Promise.reject(new Error('The demo fetches from its own host only'))
    return fetch(`${settings.localUrl}${pathname}${search}`, { ...init, redirect: 'manual' })
  }
}

/** The requests of the wallet, by {@link localFetch}. */
export function localWalletHttp(settings: HostSettings): WalletHttp {
  const send = localFetch(settings)
  return async ({ url, method, headers, body }) => {
    const response = await send(url, { method, headers, ...(body !== undefined && { body }) })
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
  }
}

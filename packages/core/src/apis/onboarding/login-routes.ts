import { z } from 'zod'
import { randomSecret } from '../../crypto/index.ts'
import { BillfoldError } from '../../errors.ts'
import { type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { userOfWallet } from '../../onboarding/owner.ts'
import { findUser } from '../../users/find.ts'
import { bindingOf, isBound, issueTicket, loginAudience, redeemTicket, tokenKinds } from '../../wallet-login/index.ts'
import { actorOf } from './guards.ts'
import { loginPage, loginPageHeaders } from './login-page.ts'
import type { Onboarding } from './onboarding.ts'
import { token } from './schemas.ts'

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const cookieName = 'billfold_login'

/** From a wallet to a session in a browser, by a ticket that works once. */
export function loginRoutes(onboarding: Onboarding): readonly Route[] {
  return [ticketRoute(onboarding), pageRoute(onboarding), completeRoute(onboarding)]
}

function ticketRoute({ services, settings, wallet }: Onboarding): Route {
  const urls = z.object({ redirectUrl: z.string(), redirectTo: z.string() })
  return route({
    id: 'login',
    method: 'POST',
    path: '/login',
    summary: "Get a URL that logs the wallet's user in, once and within 60 seconds",
    guard: wallet,
    limits: [{ by: 'caller', most: 60, seconds: 60 }],
    body: { encoding: 'json', schema: z.object({ token }), limit: 16 * 1024 },
    replies: { 200: { description: 'The URL, twice', schema: urls }, 404: { description: 'The wallet has no user' } },
    handler: async ({ body }, context) => {
      const actor = actorOf(context)
      const { tenant } = actor
      const userId = await userOfWallet(services, actor)
      if (userId === undefined) throw new BillfoldError('user.unknown')
      const { type } = tokenKinds.user
      const { subject } = await services.tokens.verify(body.token, { type, audience: loginAudience, tenant })
      if (subject !== userId) throw new BillfoldError('token.invalid')
      await findUser(services, tenant, userId)
      const ticket = await issueTicket(services, tenant, userId)
      const url = `${settings.publicUrl ?? context.url ?? context.mount}/login/complete?ticket=${ticket}`
      return { status: 200, body: { redirectUrl: url, redirectTo: url } }
    },
  })
}

function pageRoute({ settings, open }: Onboarding): Route {
  return route({
    id: 'loginPage',
    method: 'GET',
    path: '/login/complete',
    summary: 'The page that a ticket opens; it sends the ticket on by itself',
    guard: open,
    query: z.object({ ticket: secret }),
    replies: { 200: { description: 'A page with a form' } },
    handler: async ({ query }, context) => {
      const cookie = randomSecret()
      const { path, secure } = cookiePlace(settings.publicUrl, context)
      const attributes = `Path=${path}; HttpOnly; SameSite=Strict; Max-Age=60${secure ? '; Secure' : ''}`
      return {
        status: 200,
        headers: {
          ...loginPageHeaders(settings.loginRedirect),
          'set-cookie': `${cookieName}=${cookie}; ${attributes}`,
        },
        body: loginPage(query.ticket, bindingOf(cookie, query.ticket)),
      }
    },
  })
}

function completeRoute(onboarding: Onboarding): Route {
  const { services, open } = onboarding
  return route({
    id: 'completeLogin',
    method: 'POST',
    path: '/login/complete',
    summary: 'Use a ticket up, and log in',
    guard: open,
    limits: [{ by: 'ip', most: 120, seconds: 60 }],
    headers: z.object({ cookie: z.string().max(16_384).optional(), 'sec-fetch-site': z.string().optional() }),
    body: { encoding: 'form', schema: z.object({ ticket: secret, binding: secret }), limit: 4096 },
    replies: { 303: { description: 'Logged in' }, 401: { description: 'The ticket is not, or no longer, good' } },
    handler: async ({ headers, body }, context) => {
      const site = headers['sec-fetch-site']
      const cookies = cookiesIn(headers.cookie ?? '')
      const bound = cookies.some((cookie) => isBound(cookie, body.ticket, body.binding))
      if (!bound || (site !== undefined && site !== 'same-origin')) throw new BillfoldError('login.refused')
      const { tenant } = context.caller
      const id = await redeemTicket(services, tenant, body.ticket)
      return logIn(onboarding, { id, tenant }, context)
    },
  })
}

async function logIn(
  { settings }: Onboarding,
  user: { readonly id: string; readonly tenant: string },
  { ip, headers, native }: RequestContext,
): Promise<Reply> {
  const set = new Map<string, readonly string[]>()
  const setHeader = (name: string, value: string): void => {
    const lower = name.toLowerCase()
    set.set(lower, lower === 'set-cookie' ? [...(set.get(lower) ?? []), value] : [value])
  }
  const place = await settings.onLogin?.(user, { ip, headers, native, setHeader })
  const location = typeof place === 'string' ? place : settings.loginRedirect
  return { status: 303, headers: { ...Object.fromEntries(set), location, 'referrer-policy': 'no-referrer' } }
}

/** Cookies of this name that a browser sent: an older one of another path may come beside the right one. */
function cookiesIn(header: string): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1))
    .filter((value) => secret.safeParse(value).success)
    .slice(0, 4)
}

/** Our own pages only. The path is the host's word or that of the mount, and never made of what `Host` says. */
function cookiePlace(
  publicUrl: string | undefined,
  { mount, url = '' }: RequestContext,
): { readonly path: string; readonly secure: boolean } {
  const base = publicUrl === undefined ? mount : new URL(publicUrl).pathname.replace(/\/+$/, '')
  return { path: `${base}/login`, secure: (publicUrl ?? url).startsWith('https:') }
}

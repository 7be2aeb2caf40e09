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

/** Routes that turn a wallet login into a browser session, by a single-use ticket. */
export function loginRoutes(onboarding: Onboarding): readonly Route[] {
  return [ticketRoute(onboarding), pageRoute(onboarding), completeRoute(onboarding)]
}

function ticketRoute({ services, settings, wallet }: Onboarding): Route {
  const urls = z.object({ redirectUrl: z.string(), redirectTo: z.string() })
  return route({
    id: 'login',
    method: 'POST',
    path: '/login',
    summary: "Get a single-use URL that logs the wallet's user in, valid for 60 seconds",
    guard: wallet,
    limits: [{ by: 'caller', most: 60, seconds: 60 }],
    body: { encoding: 'json', schema: z.object({ token }), limit: 16 * 1024 },
    replies: {
      200: { description: 'The URL, under both names', schema: urls },
      404: { description: 'The wallet has no user' },
    },
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
    summary: 'Page of a ticket; its form submits itself',
    guard: open,
    query: z.object({ ticket: secret }),
    replies: { 200: { description: 'A page with a form' } },
    handler: async ({ query }, context) => {
      const cookie = randomSecret()
      const { path, secure } = cookieScope(settings.publicUrl, context)
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
    summary: 'Redeem a ticket and log in',
    guard: open,
    limits: [{ by: 'ip', most: 120, seconds: 60 }],
    headers: z.object({ cookie: z.string().max(16_384).optional(), 'sec-fetch-site': z.string().optional() }),
    body: { encoding: 'form', schema: z.object({ ticket: secret, binding: secret }), limit: 4096 },
    replies: {
      303: { description: 'Logged in' },
      401: { description: 'The ticket is invalid, expired or already redeemed' },
    },
    handler: async ({ headers, body }, context) => {
      const site = headers['sec-fetch-site']
      const cookies = cookiesIn(headers.cookie ?? '')
      const isBoundToBrowser = cookies.some((cookie) => isBound(cookie, body.ticket, body.binding))
      if (!isBoundToBrowser || (site !== undefined && site !== 'same-origin')) throw new BillfoldError('login.refused')
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
  const responseHeaders = new Map<string, readonly string[]>()
  const setHeader = (name: string, value: string): void => {
    const lower = name.toLowerCase()
    responseHeaders.set(lower, lower === 'set-cookie' ? [...(responseHeaders.get(lower) ?? []), value] : [value])
  }
  const redirect = await settings.onLogin?.(user, { ip, headers, native, setHeader })
  const location = typeof redirect === 'string' ? redirect : settings.loginRedirect
  return {
    status: 303,
    headers: { ...Object.fromEntries(responseHeaders), location, 'referrer-policy': 'no-referrer' },
  }
}

/** Reads the login cookies of a request, at most 4: a stale cookie of another path may precede the current one. */
function cookiesIn(header: string): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1))
    .filter((value) => secret.safeParse(value).success)
    .slice(0, 4)
}

/** Scope of the login cookie. The path comes from `publicUrl` or the mount, never from the `Host` header. */
function cookieScope(
  publicUrl: string | undefined,
  { mount, url = '' }: RequestContext,
): { readonly path: string; readonly secure: boolean } {
  const base = publicUrl === undefined ? mount : new URL(publicUrl).pathname.replace(/\/+$/, '')
  return { path: `${base}/login`, secure: (publicUrl ?? url).startsWith('https:') }
}

import { z } from 'zod'
import { randomSecret } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { findWalletUserId } from '../applications/wallet-actor.ts'
import { getUser } from '../../identity/users/find.ts'
import {
  computeTicketBinding,
  isTicketBound,
  issueTicket,
  loginAudience,
  redeemTicket,
  loginTokenTypes,
} from '../wallet-login/index.ts'
import { toWalletActor } from './guards.ts'
import { renderLoginPage, loginPageHeaders } from './login-page.ts'
import type { OnboardingContext } from './context.ts'
import { jwtSchema } from './schemas.ts'

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const cookieName = 'billfold_login'

/** Routes that turn a wallet login into a browser session, by a single-use ticket. */
export function loginRoutes(onboarding: OnboardingContext): readonly Route[] {
  return [ticketRoute(onboarding), pageRoute(onboarding), completeRoute(onboarding)]
}

function ticketRoute({ services, settings, walletGuard }: OnboardingContext): Route {
  const urls = z.object({ redirectUrl: z.string(), redirectTo: z.string() })
  return route({
    id: 'login',
    secretReply: true,
    method: 'POST',
    path: '/login',
    summary: "Get a single-use URL that logs the wallet's user in, valid for 60 seconds",
    guard: walletGuard,
    limits: [{ by: 'caller', limit: 60, windowSeconds: 60 }],
    body: { encoding: 'json', schema: z.object({ token: jwtSchema }), limit: 16 * 1024 },
    replies: {
      200: { description: 'The URL, under both names', schema: urls },
      404: { description: 'The wallet has no user' },
    },
    handler: async ({ body }, context) => {
      const actor = toWalletActor(context)
      const { tenant } = actor
      const userId = await findWalletUserId(services, actor)
      if (userId === undefined) throw new BillfoldError('user.not-found')
      const { type } = loginTokenTypes.user
      const { subject } = await services.tokens.verify(body.token, { type, audience: loginAudience, tenant })
      if (subject !== userId) throw new BillfoldError('token.invalid')
      await getUser(services, tenant, userId)
      const ticket = await issueTicket(services, tenant, userId)
      const url = `${settings.publicUrl ?? context.url ?? context.mount}/login/complete?ticket=${ticket}`
      return { status: 200, body: { redirectUrl: url, redirectTo: url } }
    },
  })
}

function pageRoute({ settings, publicGuard }: OnboardingContext): Route {
  return route({
    id: 'loginPage',
    method: 'GET',
    path: '/login/complete',
    summary: 'Page of a ticket; its form submits itself',
    guard: publicGuard,
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
        body: renderLoginPage(query.ticket, computeTicketBinding(cookie, query.ticket)),
      }
    },
  })
}

function completeRoute(onboarding: OnboardingContext): Route {
  const { services, publicGuard } = onboarding
  return route({
    id: 'completeLogin',
    secretReply: true,
    method: 'POST',
    path: '/login/complete',
    summary: 'Redeem a ticket and log in',
    guard: publicGuard,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    headers: z.object({ cookie: z.string().max(16_384).optional(), 'sec-fetch-site': z.string().optional() }),
    body: { encoding: 'form', schema: z.object({ ticket: secret, binding: secret }), limit: 4096 },
    replies: {
      303: { description: 'Logged in' },
      401: { description: 'The ticket is invalid, expired or already redeemed' },
    },
    handler: async ({ headers, body }, context) => {
      const site = headers['sec-fetch-site']
      const cookies = cookiesIn(headers.cookie ?? '')
      const isBoundToBrowser = cookies.some((cookie) => isTicketBound(cookie, body.ticket, body.binding))
      if (!isBoundToBrowser || (site !== undefined && site !== 'same-origin')) throw new BillfoldError('login.failed')
      const { tenant } = context.caller
      const id = await redeemTicket(services, tenant, body.ticket)
      return logIn(onboarding, { id, tenant }, context)
    },
  })
}

async function logIn(
  { settings }: OnboardingContext,
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

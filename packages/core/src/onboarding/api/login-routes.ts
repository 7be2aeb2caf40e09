import { createHash } from 'node:crypto'
import { z } from 'zod'
import { randomSecret } from '../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import {
  type CookieDefinition,
  formatCookie,
  listCookieValues,
  type Reply,
  type RequestContext,
  type Route,
  route,
} from '../../http/index.ts'
import { consumeNonce, consumeNonceWrite } from '../../platform/replay-protection/nonces.ts'
import type { Services } from '../../platform/services.ts'
import { findWalletUserId } from '../applications/wallet-actor.ts'
import { getUser } from '../../identity/users/find.ts'
import {
  computeTicketBinding,
  findAccountLabel,
  findTicketUser,
  isTicketBound,
  issueTicket,
  loginAudience,
  redeemTicket,
  loginTokenTypes,
  ticketTtlMs,
  toLabel,
} from '../wallet-login/index.ts'
import { toWalletActor } from './guards.ts'
import { loginPageHeaders, renderAskingPage, renderSubmittingPage } from './login-page.ts'
import type { OnboardingContext } from './context.ts'
import { jwtSchema } from './schemas.ts'

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** Cookies of a ticket. One pair per ticket, so that tabs do not interfere. */
function ticketCookie(purpose: 'requested' | 'shown', ticket: string): CookieDefinition {
  const id = createHash('sha256').update(ticket).digest('hex').slice(0, 16)
  return {
    name: `billfold-login-${purpose}-${id}`,
    path: '/login',
    sameSite: 'Strict',
    maxAgeSeconds: ticketTtlMs / 1000,
  }
}

/** Milliseconds that a used token is remembered after it has expired. */
const clockSkewMs = 60_000

/** Routes that turn a wallet login into a browser session, by a single-use ticket. */
export function loginRoutes(onboarding: OnboardingContext): readonly Route[] {
  return [ticketRoute(onboarding), pageRoute(onboarding), completeRoute(onboarding)]
}

function ticketRoute({ services, settings, loginGuard }: OnboardingContext): Route {
  const urls = z.object({ redirectUrl: z.string(), redirectTo: z.string() })
  return route({
    id: 'login',
    secretReply: true,
    method: 'POST',
    path: '/login',
    summary: "Get a single-use URL that logs the wallet's user in, valid for 60 seconds",
    guard: loginGuard,
    limits: [
      { by: 'caller', limit: 60, windowSeconds: 60 },
      { by: 'ip', limit: 600, windowSeconds: 60 },
    ],
    body: { encoding: 'json', schema: z.object({ token: jwtSchema }), limit: 16 * 1024 },
    replies: {
      200: { description: 'The URL, under both names', schema: urls },
      404: { description: 'The wallet has no user' },
    },
    handler: async ({ body }, context) => {
      const { tenant } = context.caller
      const userId = await verifyUserToken(services, body.token, context)
      await getUser(services, tenant, userId)
      const ticket = await issueTicket(services, tenant, userId)
      const url = `${settings.publicUrl ?? context.url ?? context.mount}/login/complete?ticket=${ticket}`
      // A browser that requests a ticket for itself need not ask its user. Other clients get no cookie.
      const isBrowser = context.headers['sec-fetch-site'] === 'same-origin'
      const cookie = formatCookie(ticketCookie('requested', ticket), '1', settings.publicUrl, context)
      return {
        status: 200,
        ...(isBrowser && { headers: { 'set-cookie': cookie } }),
        body: { redirectUrl: url, redirectTo: url },
      }
    },
  })
}

/**
 * Verifies the user token of a login and returns its user. A wallet sends its own token beside it; a page of `loginOrigins` has the user
 * token alone, which it can use once.
 */
async function verifyUserToken(services: Services, token: string, context: RequestContext): Promise<string> {
  const { tenant, kind } = context.caller
  const userId = kind === 'anonymous' ? undefined : await findWalletUserId(services, toWalletActor(context))
  if (kind !== 'anonymous' && userId === undefined) throw new BillfoldError('user.not-found')
  const { type } = loginTokenTypes.user
  const { subject, id, expiresAt } = await services.tokens.verify(token, { type, audience: loginAudience, tenant })
  if (userId !== undefined && subject !== userId) throw new BillfoldError('token.invalid')
  if (userId === undefined) {
    const use = consumeNonceWrite('user-token', tenant, id, expiresAt + clockSkewMs)
    await consumeNonce(services.storage, use).catch((error: unknown) => {
      throw isBillfoldError(error, 'request.replayed') ? new BillfoldError('token.invalid', { cause: error }) : error
    })
  }
  return subject
}

/**
 * The page of a ticket. It asks, with the label of the account, since anybody can send the link of a ticket for their own account (login
 * CSRF). Only in the browser that requested the ticket it submits itself. That does not depend on `Sec-Fetch-Site`, which older browsers
 * do not send, and which is `none` for a link in a mail: the cookie of that browser is `SameSite=Strict`.
 */
function pageRoute({ services, settings, publicGuard }: OnboardingContext): Route {
  return route({
    id: 'loginPage',
    method: 'GET',
    path: '/login/complete',
    summary: 'Page of a ticket; it asks, except in the browser that requested the ticket',
    guard: publicGuard,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    query: z.object({ ticket: secret }),
    replies: {
      200: { description: 'A page with a form' },
      401: { description: 'The ticket is invalid, expired or already redeemed' },
    },
    handler: async ({ query: { ticket } }, context) => {
      const { tenant } = context.caller
      const id = await findTicketUser(services, tenant, ticket)
      const isRequester =
        listCookieValues(ticketCookie('requested', ticket), settings.publicUrl, context).length > 0 &&
        isSameOriginOrUnknown(context)
      const cookie = randomSecret()
      const form = { ticket, binding: computeTicketBinding(cookie, ticket) }
      const shown = formatCookie(ticketCookie('shown', ticket), cookie, settings.publicUrl, context)
      const label = async (): Promise<string> =>
        settings.accountLabel === undefined
          ? findAccountLabel(services, tenant, id)
          : toLabel(await settings.accountLabel({ id, tenant }))
      return {
        status: 200,
        headers: {
          ...loginPageHeaders(settings.loginRedirect, isRequester ? 'submitting' : 'asking'),
          'set-cookie': shown,
        },
        body: isRequester ? renderSubmittingPage(form) : renderAskingPage(form, await label()),
      }
    },
  })
}

/** Browsers that send `Sec-Fetch-Site` (Fetch Metadata) send it with every request. */
function isSameOriginOrUnknown({ headers }: RequestContext): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin'
}

function completeRoute(onboarding: OnboardingContext): Route {
  const { services, settings, publicGuard } = onboarding
  return route({
    id: 'completeLogin',
    secretReply: true,
    method: 'POST',
    path: '/login/complete',
    summary: 'Redeem a ticket and log in',
    guard: publicGuard,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    // Compared for an `Idempotency-Key`: the reply of one browser is not for another.
    headers: z.object({ cookie: z.string().max(16_384).optional(), 'sec-fetch-site': z.string().optional() }),
    body: { encoding: 'form', schema: z.object({ ticket: secret, binding: secret }), limit: 4096 },
    replies: {
      303: { description: 'Logged in' },
      401: { description: 'The ticket is invalid, expired or already redeemed' },
    },
    handler: async ({ body }, context) => {
      const cookies = listCookieValues(ticketCookie('shown', body.ticket), settings.publicUrl, context)
      const isBoundToBrowser = cookies
        .filter((cookie) => secret.safeParse(cookie).success)
        .some((cookie) => isTicketBound(cookie, body.ticket, body.binding))
      if (!isBoundToBrowser || !isSameOriginOrUnknown(context)) throw new BillfoldError('login.failed')
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

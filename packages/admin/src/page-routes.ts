import { type Reply, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { type AdminGuards, mayManageKeys } from './admin-guard.ts'
import css from './page/admin.css?raw'
import html from './page/admin.html?raw'
// oxlint-disable import/default -- the text of the files, which browsers run as they are
import script from './page/admin.js?raw'
import application from './page/application.js?raw'
import elements from './page/elements.js?raw'
import keys from './page/keys.js?raw'
import user from './page/user.js?raw'
// oxlint-enable import/default

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const pageHeaders = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

const self = z.object({ id: z.string(), hasApprovals: z.boolean(), canManageKeys: z.boolean() })

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** The page, its scripts and its style, and what it shows of itself. All of them are behind the guard. */
export function pageRoutes(guards: AdminGuards, hasApprovals: boolean): readonly Route[] {
  const file = (id: string, path: string, type: string, body: string): Route =>
    route({
      id,
      method: 'GET',
      path,
      summary: `The file ${path} of the page`,
      guard: guards.page,
      replies: { 200: { description: 'The file' } },
      handler: async (_, { mount }): Promise<Reply> => ({
        status: 200,
        headers: { 'content-type': `${type}; charset=utf-8`, ...pageHeaders },
        // A function: `$&` in a path would be a pattern.
        body: body.replaceAll('{{mount}}', () => escapeAttribute(mount)),
      }),
    })
  return [
    file('adminPage', '/console', 'text/html', html),
    file('adminScript', '/admin.js', 'text/javascript', script),
    file('adminElements', '/elements.js', 'text/javascript', elements),
    file('adminApplication', '/application.js', 'text/javascript', application),
    file('adminUser', '/user.js', 'text/javascript', user),
    file('adminKeys', '/keys.js', 'text/javascript', keys),
    file('adminStyle', '/admin.css', 'text/css', css),
    route({
      id: 'adminSelf',
      method: 'GET',
      path: '/api/self',
      summary: 'Who is signed in, and what the page can show',
      guard: guards.api,
      replies: { 200: { description: 'The administrator', schema: self } },
      handler: async (_, { caller }) => ({
        status: 200,
        body: { id: caller.id, hasApprovals, canManageKeys: mayManageKeys(caller) },
      }),
    }),
  ]
}

import { type Guard, type Reply, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import css from './page/admin.css?raw'
import html from './page/admin.html?raw'
// oxlint-disable-next-line import/default -- the text of the file, which browsers run as it is
import script from './page/admin.js?raw'

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

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** The page, its script and its style, and what it shows of itself. All of them are behind the guard. */
export function pageRoutes(guard: Guard, hasApprovals: boolean): readonly Route[] {
  const file = (id: string, path: string, type: string, body: string): Route =>
    route({
      id,
      method: 'GET',
      path,
      summary: `The file ${path} of the page`,
      guard,
      replies: { 200: { description: 'The file' } },
      handler: async (_, { mount }): Promise<Reply> => ({
        status: 200,
        headers: { 'content-type': `${type}; charset=utf-8`, ...pageHeaders },
        body: body.replaceAll('{{mount}}', escapeAttribute(mount)),
      }),
    })
  return [
    file('adminPage', '/console', 'text/html', html),
    file('adminScript', '/admin.js', 'text/javascript', script),
    file('adminStyle', '/admin.css', 'text/css', css),
    route({
      id: 'adminSelf',
      method: 'GET',
      path: '/api/self',
      summary: 'Who is signed in, and what the page can show',
      guard,
      replies: {
        200: { description: 'The administrator', schema: z.object({ id: z.string(), hasApprovals: z.boolean() }) },
      },
      handler: async (_, { caller }) => ({ status: 200, body: { id: caller.id, hasApprovals } }),
    }),
  ]
}

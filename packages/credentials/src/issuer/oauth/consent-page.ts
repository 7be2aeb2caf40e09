import { createHash } from 'node:crypto'
import { deliberateClickScript } from './deliberate-click.ts'

/** One credential of the consent page. */
export interface ConsentCredential {
  readonly name: string
  /** Names and values of the claims; undefined if they come later. */
  readonly claims: readonly (readonly [name: string, value: string])[] | undefined
}

/** What the consent page shows. */
export interface ConsentPage {
  readonly issuer: string
  /** The host of the redirect URI, or its scheme: where the credential goes. */
  readonly wallet: string
  readonly credentials: readonly ConsentCredential[]
  /** The `request_uri`, for the form. */
  readonly requestUri: string
  /** The hash of what is shown and to whom, for the form. */
  readonly consent: string
}

const style =
  ':root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:8vh auto;padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem}dl{display:grid;grid-template-columns:fit-content(40%) 1fr;gap:.2rem 1rem}dd{margin:0}form{display:flex;flex-wrap:wrap;gap:1rem}button{font:inherit;padding:.6rem 1.2rem}button[aria-disabled=true]{opacity:.5}'
const styleHash = createHash('sha256').update(style).digest('base64')
const script = deliberateClickScript(
  'button[value="allow"]',
  'This page has only just come to the front. Read it, and choose again in a second.',
)
const scriptHash = createHash('sha256').update(script).digest('base64')

/**
 * Headers of the pages: one style and one script by their hashes, no frames. With `Cross-Origin-Opener-Policy` a window that a sandboxed
 * frame opens, in which the script would not run, shows nothing. Browsers check redirects of a form too, so its target includes that
 * of the wallet.
 */
export function consentPageHeaders(redirectUri?: string): Record<string, string> {
  const target = redirectUri === undefined ? '' : ` ${toFormTarget(redirectUri)}`
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; script-src 'sha256-${scriptHash}'; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
  }
}

function toFormTarget(redirectUri: string): string {
  const url = new URL(redirectUri)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : url.protocol
}

/** Renders the consent page: issuer, types, and every claim with its value (OpenID4VCI section 15.1). */
export function renderConsentPage({ issuer, wallet, credentials, requestUri, consent }: ConsentPage): string {
  return renderPage(
    'Receive credentials?',
    `<h1>Receive from ${text(issuer)}?</h1>
<p>This goes to the wallet at ${text(wallet)}. If you have not just asked your wallet for it, choose “No”.</p>
${credentials.map(renderCredential).join('\n')}
<form method="post" action="authorize">
<input type="hidden" name="request_uri" value="${escapeHtml(requestUri)}">
<input type="hidden" name="consent" value="${escapeHtml(consent)}">
<button name="decision" value="allow">Yes, to my wallet</button>
<button name="decision" value="deny">No</button>
</form>
<p role="status"></p>
<script>${script}</script>`,
  )
}

/** Renders the page for a request that leads nowhere. */
export function renderErrorPage(message: string): string {
  return renderPage(
    'This link does not work',
    `<h1>This link does not work</h1>\n<p>${escapeHtml(message)}. Begin again in your wallet.</p>`,
  )
}

function renderCredential({ name, claims }: ConsentCredential): string {
  if (claims === undefined) return `<h2>${text(name)}</h2>\n<p>It comes later, once it is checked.</p>`
  const rows = claims.map(([claim, value]) => `<dt>${text(claim)}</dt><dd>${text(value)}</dd>`)
  return `<h2>${text(name)}</h2>\n<dl>\n${rows.join('\n')}\n</dl>`
}

function renderPage(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
${content}
</main>
</html>
`
}

/** Isolated, so that right-to-left text does not reorder what is around it. */
function text(value: string): string {
  return `<bdi>${escapeHtml(value)}</bdi>`
}

function escapeHtml(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

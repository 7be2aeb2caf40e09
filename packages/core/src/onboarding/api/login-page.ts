import { createHash } from 'node:crypto'

// Pages behind the URL of a ticket. They do not redeem the ticket; a form does, by itself or when the user confirms.
const script = 'document.forms[0].submit()'
const scriptHash = createHash('sha256').update(script).digest('base64')
const style =
  ':root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25}button{font:inherit;padding:.6rem 1.2rem}'
const styleHash = createHash('sha256').update(style).digest('base64')

/** The fields of the form. Both must be base64url: they are not escaped. */
export interface LoginForm {
  readonly ticket: string
  readonly binding: string
}

/**
 * Headers of the pages. The Content Security Policy allows one script or one style by its hash, forbids framing, and limits the form to
 * this origin and the login redirect.
 */
export function loginPageHeaders(redirect: string, page: 'submitting' | 'asking'): Record<string, string> {
  const target = URL.canParse(redirect) ? ` ${new URL(redirect).origin}` : ''
  const allowed = page === 'submitting' ? `script-src 'sha256-${scriptHash}'` : `style-src 'sha256-${styleHash}'`
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; ${allowed}; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** Renders the page for the browser that requested the ticket: its form submits itself. */
export function renderSubmittingPage(form: LoginForm): string {
  return renderPage(
    'Signing in',
    `${renderForm(form, '<noscript><button>Continue</button></noscript>')}\n<script>${script}</script>`,
  )
}

/** Renders the page for any other browser: it names the account and asks. */
export function renderAskingPage(form: LoginForm, label: string): string {
  const account = `<bdi>${escapeHtml(label)}</bdi>`
  return renderPage(
    'Sign in?',
    `<h1>Sign in as ${account}?</h1>
<p>Everything you do here afterwards belongs to this account. If it is not yours, or somebody sent you this link, close this page.</p>
${renderForm(form, `<button>Sign in as ${account}</button>`)}`,
    `<style>${style}</style>\n`,
  )
}

function renderPage(title: string, content: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title}</title>
${head}<main>
${content}
</main>
</html>
`
}

function renderForm({ ticket, binding }: LoginForm, button: string): string {
  return `<form method="post" action="complete">
<input type="hidden" name="ticket" value="${ticket}">
<input type="hidden" name="binding" value="${binding}">
${button}
</form>`
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

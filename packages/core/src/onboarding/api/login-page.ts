import { createHash } from 'node:crypto'

// Page behind the URL of a ticket. It contains no user data and does not redeem the ticket; its self-submitting form does.
const script = 'document.forms[0].submit()'
const scriptHash = createHash('sha256').update(script).digest('base64')

/** Headers of the page. The Content Security Policy allows the one script by its hash, forbids framing, and limits the form to this origin and the login redirect. */
export function loginPageHeaders(redirect: string): Record<string, string> {
  const target = URL.canParse(redirect) ? ` ${new URL(redirect).origin}` : ''
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'sha256-${scriptHash}'; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** Renders the page. `ticket` and `binding` must be base64url: they are not escaped. */
export function renderLoginPage(ticket: string, binding: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>Signing in</title>
<form method="post" action="complete">
<input type="hidden" name="ticket" value="${ticket}">
<input type="hidden" name="binding" value="${binding}">
<noscript><button>Continue</button></noscript>
</form>
<script>${script}</script>
</html>
`
}

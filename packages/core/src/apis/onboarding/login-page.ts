import { createHash } from 'node:crypto'

// The page that a ticket's URL opens. It shows nothing about anybody and uses nothing up: its form does, when it sends itself.
const script = 'document.forms[0].submit()'
const scriptHash = createHash('sha256').update(script).digest('base64')

/** Headers of the page: the one script, by its hash; no frame around it; a form that goes to us, and then where a login ends. */
export function loginPageHeaders(redirect: string): Record<string, string> {
  const target = URL.canParse(redirect) ? ` ${new URL(redirect).origin}` : ''
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'sha256-${scriptHash}'; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** The page. Both texts are base64url. */
export function loginPage(ticket: string, binding: string): string {
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

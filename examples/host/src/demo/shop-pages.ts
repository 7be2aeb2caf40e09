import type { PresentationResult } from '@billfold/credentials'
import { z } from 'zod'

const namesSchema = z.object({ firstName: z.string(), lastName: z.string().optional() })

/** The page that asks for a credential. */
export function shopPage(wallet: string): string {
  return page(
    'Shop',
    `<p class="intro">Another site: other keys, another database, another origin. It trusts the authority of the example host, and asks for a first name, nothing else.</p>
<p><a class="button" href="${escape(wallet)}">Show your credential</a></p>`,
  )
}

/** The page that a wallet returns its user to. */
export function welcomePage(
  result: PresentationResult | undefined,
  { back, again }: { readonly back: string; readonly again: string },
): string {
  if (result?.status !== 'verified')
    return page(
      'Not verified',
      `<p class="intro">The shop has no verified presentation in this session. A response code is good once, in the browser that began.</p>
<p><a class="button" href="${escape(again)}">Begin again</a></p>`,
    )
  const [credential] = result.credentials ?? []
  const { firstName, lastName = 'not disclosed' } = namesSchema.parse(result.attributes)
  const facts = [
    ['First name', firstName],
    ['Last name', lastName],
    ['Issuer', credential?.issuer ?? ''],
    ['Type', credential?.type ?? ''],
  ].map(([label = '', value = '']) => `<div><dt>${escape(label)}</dt><dd>${escape(value)}</dd></div>`)
  return page(
    `Welcome, ${firstName}`,
    `<dl class="facts">${facts.join('')}</dl>
<p><a class="button" href="${escape(back)}">Back to the console</a></p>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escape(title)}</title>
<link rel="icon" href="data:," />
<link rel="stylesheet" href="/demo/console.css" />
<body class="shop">
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

import { createElement, pageElement } from './screen.ts'
import type { PageSettings, Texts } from './settings.ts'

/** Shows who asks above every screen, and the link to the privacy notice below. Names are text, never HTML. */
export function showRelyingParty({ relyingParty, privacyNotice }: PageSettings, texts: Texts): void {
  const { name, logo } = relyingParty
  const header = pageElement('relying-party')
  const parts: Node[] = []
  if (logo !== undefined) {
    const image = createElement('img')
    image.src = logo
    // The name beside it says the same.
    image.alt = ''
    // Without the image, the name is enough.
    image.addEventListener('error', () => image.remove())
    parts.push(image)
  }
  if (name !== undefined)
    parts.push(
      createElement(
        'p',
        texts.requestedBy.replace('{name}', () => name),
      ),
    )
  header.replaceChildren(...parts)
  header.hidden = parts.length === 0
  const footer = pageElement('notice')
  footer.replaceChildren(...(privacyNotice === undefined ? [] : [createLink(texts.privacyNotice, privacyNotice.url)]))
  footer.hidden = privacyNotice === undefined
}

// cspell:ignore noopener noreferrer
/** Opens in another tab, so that the session goes on in this one. */
function createLink(text: string, url: string): HTMLAnchorElement {
  const link = createElement('a', text)
  link.href = url
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  return link
}

import { byId } from './dom.ts'

/** Mount path of each API. The page path selects the document; custody at `/openapi`. */
const mounts: Readonly<Record<string, string>> = {
  custody: '/custody',
  authentication: '/walletapi',
  onboarding: '/onboarding',
  dids: '/dids',
  payments: '/payments',
}

const selected = location.pathname.split('/')[2] ?? 'custody'
for (const link of byId('apis').querySelectorAll('a'))
  if (link.pathname === `/openapi/${selected}`) {
    link.setAttribute('aria-current', 'page')
    link.scrollIntoView({ block: 'nearest', inline: 'center' })
  }

const dark = matchMedia('(prefers-color-scheme: dark)')
const applyScheme = (): void => void document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', applyScheme)
applyScheme()

// Defined by the script of swagger-ui-dist, which is loaded before this one.
const start: unknown = Reflect.get(window, 'SwaggerUIBundle')
if (typeof start === 'function')
  Reflect.apply(start, undefined, [
    {
      url: `${mounts[selected] ?? '/custody'}/openapi.json`,
      domNode: byId('document'),
      deepLinking: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      tryItOutEnabled: false,
      // Do not send the document to an external validator.
      validatorUrl: null,
    },
  ])

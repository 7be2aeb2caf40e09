import { byId } from './dom.ts'

/** Of the five documents, the one that the address names: the first at `/openapi`. */
const mounts: Readonly<Record<string, string>> = {
  custody: '/custody',
  authentication: '/walletapi',
  onboarding: '/onboarding',
  dids: '/dids',
  payments: '/payments',
}

const named = location.pathname.split('/')[2] ?? 'custody'
for (const link of byId('apis').querySelectorAll('a'))
  if (link.pathname === `/openapi/${named}`) link.setAttribute('aria-current', 'page')

const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = (): void => void document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()

// The script of the package swagger-ui-dist, which is loaded before this one, leaves a function there.
const start: unknown = Reflect.get(window, 'SwaggerUIBundle')
if (typeof start === 'function')
  Reflect.apply(start, undefined, [
    {
      url: `${mounts[named] ?? '/custody'}/openapi.json`,
      domNode: byId('document'),
      deepLinking: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      tryItOutEnabled: false,
      // Nothing is asked of a validator elsewhere.
      validatorUrl: null,
    },
  ])

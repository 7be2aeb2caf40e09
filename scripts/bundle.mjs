// Makes what runs from a build: the authentication page, the worker of the face verifier, the published packages.
// --host: also the example host, as `tsc` would write it, so that it starts without type checks.
import { bundleAuthenticationPage } from './bundle-authentication-page.mjs'
import { bundleFaceModels } from './bundle-face-models.mjs'
import { bundlePackages } from './bundle-packages.mjs'
import { transpileHost } from './transpile-host.mjs'

await Promise.all([
  bundleAuthenticationPage().then(bundlePackages),
  bundleFaceModels(),
  ...(process.argv.includes('--host') ? [transpileHost()] : []),
])

// Bundles what runs from a build: the authentication page, the worker of the face verifier, the published packages.
import { bundleAuthenticationPage } from './bundle-authentication-page.mjs'
import { bundleFaceModels } from './bundle-face-models.mjs'
import { bundlePackages } from './bundle-packages.mjs'

await Promise.all([bundleAuthenticationPage().then(bundlePackages), bundleFaceModels()])

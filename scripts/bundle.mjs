// Makes what runs from a build. --host: also the example host, as `tsc` would write it, so that it starts without type checks.
import { bundleSources } from './bundle-sources.mjs'
import { transpileHost } from './transpile-host.mjs'

await Promise.all([bundleSources(), ...(process.argv.includes('--host') ? [transpileHost()] : [])])

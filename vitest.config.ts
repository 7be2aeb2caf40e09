import { defineConfig } from 'vitest/config'

// Suites that end the nodes and connections they talk to: a process keeps its connections, so each of these files has one of its own.
const isolated = [
  'tests/http/src/did-registries/**/*.test.ts',
  'tests/http/src/dids/chain.test.ts',
  'tests/http/src/clusters/**/*.test.ts',
  'tests/http/src/custody/{transactions,processes,fee-bumping,evm}*.test.ts',
  'tests/storage-crash/src/lost-connection.test.ts',
]

// The suites run against the sources, without a build, through a condition that published packages do not have.
const conditions = ['billfold-source', 'node', 'default']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Vitest leaves a core free for itself, which on two cores halves the speed.
    maxWorkers: '100%',
    globalSetup: 'scripts/bundle-sources.mjs',
    // Files share what they import, which costs a third less; so none may change what is global.
    isolate: false,
    // Later runs read what was transformed from node_modules, by its content.
    experimental: { fsModuleCache: true },
    // By default style sheets are empty in tests, also those that the authentication page imports as text.
    css: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'core and HTTP',
          include: ['packages/core/src/**/*.test.ts', 'tests/http/src/**/*.test.ts'],
          exclude: isolated,
        },
      },
      { extends: true, test: { name: 'isolated', include: isolated, isolate: true } },
      {
        extends: true,
        test: {
          name: 'others',
          include: [
            'packages/!(core)/src/**/*.test.ts',
            'tests/!(http)/src/**/*.test.ts',
            '{apps,examples}/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: isolated,
        },
      },
    ],
    // Timeouts are for hangs: long enough for a machine at a tenth of the speed.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})

import { defineConfig } from 'vitest/config'

// Suites that end the nodes they talk to: a process keeps its connections, so each of these files has one of its own.
const withNodes = [
  'tests/http/src/did-registries/**/*.test.ts',
  'tests/http/src/dids/chain.test.ts',
  'tests/http/src/custody/{transactions,processes,fee-bumping,evm}*.test.ts',
]

// The suites run against the sources, without a build, through a condition that published packages do not have.
const conditions = ['billfold-source', 'node', 'default']

// Their files share what they import as well. The others start processes, threads or browsers, or break connections.
const shared = [
  'packages/{cli,testing,storage-kysely}/src/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'examples/custom-*/src/**/*.test.ts',
]

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Vitest leaves a core free for itself, which on two cores halves the speed.
    maxWorkers: '100%',
    globalSetup: 'scripts/bundle-sources.mjs',
    // By default style sheets are empty in tests, also those that the authentication page imports as text.
    css: true,
    projects: [
      {
        extends: true,
        // Its files share what they import, which costs a third less; so none may change what is global.
        test: {
          name: 'core and HTTP',
          include: ['packages/core/src/**/*.test.ts', 'tests/http/src/**/*.test.ts'],
          exclude: withNodes,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'packages and apps', include: shared, isolate: false } },
      {
        extends: true,
        test: {
          name: 'others',
          include: [
            'packages/!(core)/src/**/*.test.ts',
            'tests/!(http)/src/**/*.test.ts',
            'examples/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            ...withNodes,
          ],
          exclude: shared,
        },
      },
    ],
    // Timeouts are for hangs: long enough for a machine at a tenth of the speed.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})

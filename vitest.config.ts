import { defineConfig } from 'vitest/config'

// The suites run against the sources, without a build, through a condition that published packages do not have.
const conditions = ['billfold-source', 'node', 'default']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Vitest leaves a core free for itself, which on two cores halves the speed.
    maxWorkers: '100%',
    // The files of a worker share what they import, which costs a third less; so none may change what is global.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

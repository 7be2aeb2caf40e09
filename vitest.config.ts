import { defineConfig } from 'vitest/config'

// The suites run against the sources, without a build, through a condition that published packages do not have.
const conditions = ['billfold-source', 'node', 'default']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Vitest leaves a core free for itself, which on two cores halves the speed.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        // Its files share what they import, which costs a third less; so none may change what is global.
        test: { name: 'core', include: ['packages/core/src/**/*.test.ts'], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['packages/core/**', '**/node_modules/**'],
        },
      },
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

// The direction of imports. A context of core imports those above it and itself; a package imports the packages that the
// table names; nothing imports in a circle, types included. There is no list of exceptions: a new edge is a new entry here.
import { join } from 'node:path'

/** The contexts of packages/core/src, in order. A context may import every context above it. */
const contexts = ['kernel', 'platform', 'http', 'identity', 'products', 'maintenance', 'telemetry']

/**
 * The products share one level. Each may import, of the others, only what stands here.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const products = {
  authentication: [],
  custody: [],
  dids: ['custody'],
  onboarding: ['dids'],
  // The server verifies payment proofs with the code that clients make them with.
  payments: ['client'],
}

/**
 * The published packages, and the published packages that their sources may import.
 * Private packages (tests, apps, examples) and test files may import any.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const packages = {
  core: [],
  testing: ['core'],
  risk: ['core'],
  'express-adapter': ['core'],
  'koa-adapter': ['core'],
  'fetch-adapter': ['core'],
  'rate-limits-redis': ['core'],
  'api-client': [],
  admin: ['core'],
  'storage-kysely': ['core'],
  'verifier-face': ['core'],
  passkeys: ['core'],
  credentials: ['core'],
  cli: ['core', 'storage-kysely', 'risk', 'passkeys', 'credentials'],
}

const core = '^packages/core/src/'
const tests = '\\.test\\.ts$'
const fixtures = '/test-fixtures/'

/** @param {readonly string[]} names */
const oneOf = (names) => `(?:${names.join('|')})`

/**
 * The folders of core that stand for an entry of `contexts`.
 * @param {string} context
 */
const foldersOf = (context) => (context === 'products' ? Object.keys(products) : [context])

/**
 * Every folder of core, with the folders that it may import beside itself.
 * @type {Record<string, readonly string[]>}
 */
const allowedFolders = Object.fromEntries(
  contexts.flatMap((context, level) => {
    const above = contexts.slice(0, level).flatMap(foldersOf)
    return foldersOf(context).map((folder) => [folder, [...above, ...(products[folder] ?? [])]])
  }),
)
// It runs in browsers and imports nothing of the server.
allowedFolders['client'] = []

const placed = Object.keys(allowedFolders)

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const contextRules = Object.entries(allowedFolders).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  comment: `${folder} may import ${[folder, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `${core}${folder}/`, pathNot: tests },
  to: { path: core, pathNot: `${core}${oneOf([folder, ...allowed])}/` },
}))

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const packageRules = Object.entries(packages).map(([name, allowed]) => ({
  name: `${name}-package-imports`,
  comment: `@billfold/${name} may import ${allowed.map((one) => `@billfold/${one}`).join(', ') || 'no other package of this repository'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: [tests, fixtures] },
  to: { path: '^(?:packages|tests|apps|examples|benchmarks)/', pathNot: `^packages/${oneOf([name, ...allowed])}/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Files that import each other, by types too, cannot be understood or moved one at a time',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...contextRules,
    {
      name: 'unplaced-in-core',
      comment:
        'A folder of packages/core/src has no place in the order of contexts yet: name it in .dependency-cruiser.mjs',
      severity: 'error',
      from: { path: `${core}[^/]+/`, pathNot: [`${core}${oneOf([...placed, 'test-fixtures'])}/`] },
      to: {},
    },
    ...packageRules,
    {
      name: 'unplaced-package',
      comment: 'A package has no entry in the table of packages yet: name it in .dependency-cruiser.mjs',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/${oneOf(Object.keys(packages))}/` },
      to: {},
    },
    {
      name: 'no-path-into-another-package',
      comment: 'Another package is imported by its name, so that its exports decide what can be seen',
      severity: 'error',
      from: { path: '^((?:packages|tests|apps|examples)/[^/]+|benchmarks|scripts)/' },
      to: { path: '^(?:packages|tests|apps|examples|benchmarks)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-import-of-itself-by-name',
      comment: 'A package imports its own files by path',
      severity: 'error',
      from: { path: '^((?:packages|tests|apps|examples)/[^/]+|benchmarks)/' },
      to: { path: '^$1/', dependencyTypesNot: ['local'] },
    },
    {
      name: 'test-fixtures-from-tests-only',
      comment: 'What is published does not depend on what only tests need',
      severity: 'error',
      from: { path: '^(?:packages|apps|examples)/', pathNot: [tests, fixtures] },
      to: { path: fixtures },
    },
    {
      name: 'no-import-of-tests',
      comment: 'A test file is imported by nothing',
      severity: 'error',
      from: {},
      to: { path: tests },
    },
    {
      name: 'resolvable',
      comment: 'An import that cannot be resolved is held to no rule',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Imports of types count like all others.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(import.meta.dirname, 'tsconfig.base.json') },
    doNotFollow: { path: 'node_modules' },
    // The consumers run in a folder of their own, beside the packages as they are installed.
    exclude: { path: '(?:^|/)dist/|^scripts/consumers/|^examples/nextjs/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['billfold-source', 'import', 'types', 'node', 'default'],
      mainFields: ['main', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
}

// Holds the direction of imports: between the workspace packages, between the parts of core, and never in a circle.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coreLayers, packageLayers } from './import-layers.mjs'

const importPattern =
  /(?:^|[;}\n])\s*(?:import|export)\b[^'"`;]*?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g

/**
 * What a source imports, from the text alone: a comment shows examples, so it does not count.
 * @param {string} source
 * @returns {string[]}
 */
export function importsOf(source) {
  const code = source.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
  return [...code.matchAll(importPattern)].map(([, stated, dynamic]) => stated ?? dynamic ?? '')
}

/**
 * Everything that is wrong with the imports under `packages`, one line each.
 * @param {string} packages the folder that holds the packages
 * @returns {string[]}
 */
export function violations(packages) {
  const names = readdirSync(packages)
  const files = names.flatMap((name) => sourcesOf(join(packages, name, 'src')))
  const free = new Set(names.filter((name) => isPrivate(join(packages, name, 'package.json'))))
  /** @type {Map<string, string[]>} */
  const graph = new Map()
  /** @type {string[]} */
  const found = []
  for (const absolute of files) {
    const file = relative(packages, absolute).split(sep).join('/')
    const specifiers = importsOf(readFileSync(absolute, 'utf8'))
    const inside = specifiers.filter((one) => one.startsWith('.')).map((one) => posix.join(posix.dirname(file), one))
    graph.set(file, inside)
    for (const target of inside) found.push(...relativeFault(file, target))
    const bound = !free.has(file.split('/')[0] ?? '') && !file.endsWith('.test.ts')
    for (const specifier of specifiers) found.push(...packageFault(file, specifier, bound))
  }
  return [...new Set(found), ...circles(graph)]
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesOf(folder) {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[mc]?tsx?$/.test(name))
      .map((name) => join(folder, name))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/**
 * Whether a manifest says that its package is not published.
 * @param {string} manifest
 * @returns {boolean}
 */
function isPrivate(manifest) {
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).private === true
}

/**
 * The part of core that a path names: the folder under src, or the file beside the folders.
 * @param {string} path
 */
function partOf(path) {
  return path.split('/')[2] ?? ''
}

/**
 * @param {string} file
 * @param {string} target
 * @returns {string[]}
 */
function relativeFault(file, target) {
  const [fromPackage] = file.split('/')
  const [toPackage] = target.split('/')
  if (fromPackage !== toPackage) return [`${file} reaches into another package by path: ${target}`]
  if (fromPackage !== 'core' || file.endsWith('.test.ts')) return []
  const from = partOf(file)
  const to = partOf(target)
  const allowed = Object.hasOwn(coreLayers, from) ? coreLayers[from] : undefined
  if (allowed === undefined) return [`${file}: ${from} has no layer yet, name it in scripts/import-layers.mjs`]
  if (from === to || allowed.includes(to)) {
    const api = /\/apis\/([^/]+)\//
    const [, fromApi] = api.exec(file) ?? []
    const [, toApi] = api.exec(target) ?? []
    return fromApi && toApi && fromApi !== toApi ? [`${file}: one API may not import another: ${target}`] : []
  }
  return [`${file}: ${from} may not import ${to}: ${target}`]
}

/**
 * @param {string} file
 * @param {string} specifier
 * @param {boolean} bound whether the file is published
 * @returns {string[]}
 */
function packageFault(file, specifier, bound) {
  const from = file.split('/')[0] ?? ''
  const [scope, to = ''] = specifier.split('/')
  if (scope !== '@billfold') return []
  if (to === from) return [`${file} imports its own package by name: ${specifier}`]
  if (!bound) return []
  const allowed = Object.hasOwn(packageLayers, from) ? packageLayers[from] : undefined
  if (allowed === undefined) return [`${file}: ${from} has no layer yet, name it in scripts/import-layers.mjs`]
  return allowed.includes(to) ? [] : [`${file}: ${from} may not import ${specifier}`]
}

/**
 * One line for each circle of imports, types included, found by depth-first search.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[]}
 */
function circles(graph) {
  /** @type {string[]} */
  const found = []
  const done = new Set()
  /** @type {string[]} */
  const path = []
  /** @param {string} file */
  const visit = (file) => {
    const at = path.indexOf(file)
    if (at !== -1) found.push(`imports in a circle: ${[...path.slice(at), file].join(' -> ')}`)
    if (at !== -1 || done.has(file)) return
    path.push(file)
    for (const next of graph.get(file) ?? []) visit(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) visit(file)
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations(join(dirname(fileURLToPath(import.meta.url)), '..', 'packages'))
  for (const line of found) console.error(line)
  if (found.length > 0) process.exitCode = 1
}

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inHalf, isDefaultMounting, type Mounting, mountings } from './mountings.ts'

/** Every pair of the adapter, the place and the parsers of some mountings. */
function pairsIn(chosen: readonly Mounting[]): readonly string[] {
  const pairs = chosen.flatMap(({ framework, prefix, parser }) => [
    `${framework} at "${prefix}"`,
    `${framework}, parsers ${parser}`,
    `"${prefix}", parsers ${parser}`,
  ])
  return [...new Set(pairs)].sort()
}

const usual = mountings.filter(({ framework, through }) => framework !== 'express 4' && through === 'app')
const [first, second] = (['first', 'second'] as const).map((half) => mountings.filter(inHalf(half)))

test('the default mountings meet every pair of adapter, place and parsers', () => {
  expect(pairsIn(mountings.filter(isDefaultMounting))).toEqual(pairsIn(usual))
})

test('both halves together are the default mountings', () => {
  const both = [...(first ?? []), ...(second ?? [])]
  expect(new Set(both)).toEqual(new Set(mountings.filter(isDefaultMounting)))
  expect(both).toHaveLength(6)
})

test.each([
  ['first', first],
  ['second', second],
])('the %s half meets each adapter, each place, and hosts with and without parsers', (_, half = []) => {
  expect(half.map(({ framework }) => framework).sort()).toEqual(['express 5', 'fetch', 'koa'])
  expect(new Set(half.map(({ prefix }) => prefix))).toEqual(new Set(['', '/id']))
  expect(new Set(half.map(({ parser }) => parser))).toEqual(new Set([true, false]))
})

test('an API whose suite runs in one half has a suite in the other half', () => {
  const root = new URL('../', import.meta.url)
  const taken = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = new URL(`${name}/`, root)
      const suites = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && name !== 'hosts')
      const texts = suites.map((file) => readFileSync(new URL(file, folder), 'utf8'))
      const halves = ['first', 'second'].filter((half) => texts.some((text) => text.includes(`inHalf('${half}')`)))
      return { api: name, halves }
    })
    .filter(({ halves }) => halves.length > 0)
  expect(taken).toEqual([{ api: 'authentication', halves: ['first', 'second'] }])
})

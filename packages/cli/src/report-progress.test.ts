import { describe, expect, test } from 'vitest'
import { createProgressReporter } from './report-progress.ts'

function reportAll(progress: readonly { readonly done: number; readonly total?: number }[]): readonly string[] {
  const lines: string[] = []
  const report = createProgressReporter({ report: (line) => void lines.push(line) }, 'rows')
  for (const one of progress) report(one)
  return lines
}

describe('a progress reporter', () => {
  test('prints a line for every tenth of the total, and the last', () => {
    const lines = reportAll(Array.from({ length: 10_000 }, (_, index) => ({ done: index + 1, total: 10_000 })))
    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe('10 %: 1,000 of 10,000 rows\n')
    expect(lines.at(-1)).toBe('100 %: 10,000 of 10,000 rows\n')
  })

  test('of a table that grew never reports more than all', () => {
    expect(reportAll([{ done: 5, total: 4 }])).toEqual(['100 %: 5 of 5 rows\n'])
  })

  test('of nothing to do reports nothing more than that', () => {
    expect(reportAll([{ done: 0, total: 0 }])).toEqual(['100 %: 0 of 0 rows\n'])
    expect(reportAll([])).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { forbiddenWords } from './check-words.mjs'

describe('the check of words', () => {
  it('names the line of a forbidden name or phrase, and what to write instead', () => {
    const text = 'const maxRows = 1\nconst mostRows = 2\n// It tells faces apart.\n'
    expect(forbiddenWords('a.ts', text)).toEqual([
      'a.ts:2: mostRows: write max…, or …Limit',
      'a.ts:3: tells faces apart: write face recognition, face verification',
    ])
  })

  it('holds documents to the phrases only', () => {
    expect(forbiddenWords('a.md', 'Until 0.1 `mostRows`, now `maxRows`.\n')).toEqual([])
  })
})

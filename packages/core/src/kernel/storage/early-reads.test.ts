import { describe, expect, test } from 'vitest'
import { BillfoldError } from '../errors.ts'
import { decideOnEarlyReads } from './early-reads.ts'
import { CommitError } from './storage.ts'

/** Decides on rows: records them, and fails with the error of the attempt, if there is one. */
function decision(...errors: readonly (Error | undefined)[]) {
  const decided: string[] = []
  const decide = async (rows: string, attempt: number): Promise<string> => {
    decided.push(rows)
    const error = errors[attempt - 1]
    if (error !== undefined) throw error
    return rows
  }
  return { decided, decide }
}

const read = async () => 'read now'
const refusal = new BillfoldError('ledger.insufficient-funds')

describe('a decision on rows that were read early', () => {
  test('reads nothing if it succeeds', async () => {
    const { decide, decided } = decision()
    const mustNotRead = async (): Promise<string> => {
      throw new Error('read')
    }
    expect(await decideOnEarlyReads('early', mustNotRead, decide)).toBe('early')
    expect(decided).toEqual(['early'])
  })

  test('is never the reason for a refusal', async () => {
    const { decide, decided } = decision(refusal)
    expect(await decideOnEarlyReads('early', read, decide)).toBe('read now')
    expect(decided).toEqual(['early', 'read now'])
  })

  test('refuses if the rows that are read now say so', async () => {
    const { decide, decided } = decision(refusal, refusal)
    await expect(decideOnEarlyReads('early', read, decide)).rejects.toBe(refusal)
    expect(decided).toEqual(['early', 'read now'])
  })

  test('refuses at once without early rows', async () => {
    const { decide, decided } = decision(refusal)
    await expect(decideOnEarlyReads(undefined, read, decide)).rejects.toBe(refusal)
    expect(decided).toEqual(['read now'])
  })

  test('is repeated on rows that are read again if its commit conflicts', async () => {
    const { decide, decided } = decision(new CommitError('condition-failed', 0), new CommitError('duplicate', 1))
    expect(await decideOnEarlyReads('early', read, decide)).toBe('read now')
    expect(decided).toEqual(['early', 'read now', 'read now'])
  })

  test.each([new BillfoldError('storage.unavailable'), new Error('a fault')])(
    'passes on what is no refusal: %s',
    async (error) => {
      const { decide, decided } = decision(error)
      await expect(decideOnEarlyReads('early', read, decide)).rejects.toBe(error)
      expect(decided).toEqual(['early'])
    },
  )
})

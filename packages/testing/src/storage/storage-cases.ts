import { batchCases } from './batch-cases.ts'
import { findCases } from './find-cases.ts'
import { raceCases } from './race-cases.ts'
import type { StorageCase } from './storage-case.ts'
import { valueCases } from './value-cases.ts'
import { writeCases } from './write-cases.ts'

/** The storage contract, sentence by sentence. */
export const storageCases: readonly StorageCase[] = [
  ...findCases,
  ...valueCases,
  ...writeCases,
  ...batchCases,
  ...raceCases,
]

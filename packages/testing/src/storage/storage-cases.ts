import { batchCases } from './batch-cases.ts'
import { findCases } from './find-cases.ts'
import { raceCases } from './race-cases.ts'
import type { StorageCase } from './storage-case.ts'
import { valueCases } from './value-cases.ts'
import { wideIntegerCases } from './wide-integer-cases.ts'
import { writeCases } from './write-cases.ts'

/** The storage contract, one case per requirement. Run them without vitest by `runStorageCases`. */
export const storageCases: readonly StorageCase[] = [
  ...findCases,
  ...valueCases,
  ...wideIntegerCases,
  ...writeCases,
  ...batchCases,
  ...raceCases,
]

import { z } from 'zod'
import { sealedJson } from '../../sealed-json.ts'
import { issuanceGrants } from '../tables.ts'

/** The sealed claims that were given with an offer. */
export const sealedGrantDataset = sealedJson(issuanceGrants, 'sealedDataset', z.record(z.string(), z.unknown()))

import { z } from 'zod'
import type { AbiTypeInput } from '../transactions/formats/transaction-request.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { optionalField } from './schemas.ts'

const type = z.string().max(transactionLimits.typeLength).describe('uint256, address[], (address,uint256), tuple, ...')

/** A type; the components of a tuple are checked where the type is parsed. */
const abiTypeSchema: z.ZodType<AbiTypeInput> = z.object({
  type,
  components: z.lazy(() => components).optional(),
})
const components: z.ZodType<readonly AbiTypeInput[]> = z.array(abiTypeSchema).max(transactionLimits.inputs)

/** An argument of a contract function. */
export const contractInputSchema = z.object({
  type,
  value: z.unknown().describe('The value, or its text'),
  components: optionalField(components),
})

/** A value that a contract function returns. `params` is the vendor's name of the components of a tuple. */
export const contractOutputSchema = z
  .object({ type, components: optionalField(components), params: optionalField(components) })
  .transform(({ params, ...output }) => ({ type: output.type, components: output.components ?? params }))

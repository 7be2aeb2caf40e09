import { z } from 'zod'

const scope = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'Invalid scope')

/** Scopes: an array, or a string separated by commas or spaces. At most seven. */
export const scopeListSchema: z.ZodType<string[], string | string[]> = z
  .union([z.string().max(512), z.array(z.string().max(64)).max(20)])
  .transform((value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter((name) => name !== '') : value))
  .pipe(z.array(scope).max(7))

import { z } from 'zod'

const one = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'Not a scope')

/** Scopes: a list, or one text with commas or spaces between them; at most 20. */
export const scopeList: z.ZodType<string[], string | string[]> = z
  .union([z.string().max(512), z.array(z.string().max(64)).max(20)])
  .transform((given) => (typeof given === 'string' ? given.split(/[\s,]+/).filter((scope) => scope !== '') : given))
  .pipe(z.array(one).max(7))

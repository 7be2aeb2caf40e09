import type { z } from 'zod'
import { BillfoldError, type Issue } from '../errors.ts'
import { limits } from './limits.ts'

/** The parts of a request that schemas are laid over. */
export interface Unparsed {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
}

type Schemas = { readonly [Part in keyof Unparsed]: z.ZodType | undefined }

const parts = ['params', 'query', 'headers', 'body'] as const

/**
 * Lays the schemas over the parts of a request.
 * @throws BillfoldError `input.invalid` with the issues of all parts
 */
export function parseInput<Input>(schemas: Schemas, unparsed: Unparsed): Input {
  const input: Record<(typeof parts)[number], unknown> = {
    params: undefined,
    query: undefined,
    headers: undefined,
    body: undefined,
  }
  const issues: Issue[] = []
  for (const part of parts) {
    const result = schemas[part]?.safeParse(unparsed[part])
    if (result?.success === true) input[part] = result.data
    else if (result !== undefined) issues.push(...result.error.issues.map((issue) => describeIssue(part, issue)))
  }
  if (issues.length > 0) throw new BillfoldError('input.invalid', { issues: issues.slice(0, limits.issues) })
  return typed<Input>(input)
}

/** The path of the field, dotted (the part's name where it is the whole part), and what is wrong with it: never its value. */
function describeIssue(part: string, issue: z.core.$ZodIssue): Issue {
  const path = issue.path.map(String).join('.') || part
  // Zod would list the names of unknown fields, which are the caller's own words and as many as the caller likes.
  const message = issue.code === 'unrecognized_keys' ? 'Unrecognized field' : issue.message
  return { path: path.slice(0, limits.issuePathLength), message }
}

/** The one cast of this file: the schemas that were given for `Input` made its parts. */
function typed<Input>(parsed: unknown): Input {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- said above
  return parsed as Input
}

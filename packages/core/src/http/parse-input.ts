import type { z } from 'zod'
import { BillfoldError, type Issue } from '../kernel/errors.ts'
import { requestLimits } from './request-limits.ts'

/** The unvalidated parts of a request. */
export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
}

/** The schemas of the parts of a request. */
export type InputSchemas = { readonly [Part in keyof RawInput]: z.ZodType | undefined }

const parts = ['params', 'query', 'headers', 'body'] as const

/**
 * Validates the parts of a request with their schemas.
 * @throws BillfoldError `input.invalid` with the issues of all parts
 */
export function parseInput<Input>(schemas: InputSchemas, raw: RawInput): Input {
  const input: Record<(typeof parts)[number], unknown> = {
    params: undefined,
    query: undefined,
    headers: undefined,
    body: undefined,
  }
  const issues: Issue[] = []
  for (const part of parts) {
    const result = schemas[part]?.safeParse(raw[part])
    if (result?.success === true) input[part] = result.data
    else if (result !== undefined) issues.push(...result.error.issues.map((issue) => toIssue(part, issue)))
  }
  if (issues.length > 0) throw new BillfoldError('input.invalid', { issues: issues.slice(0, requestLimits.maxIssues) })
  return typed<Input>(input)
}

/** Converts a zod issue. The path is dotted, or the name of the part for an issue of the whole part. Values never appear. */
function toIssue(part: string, issue: z.core.$ZodIssue): Issue {
  const path = issue.path.map(String).join('.') || part
  // Zod's message lists the names of all unknown fields: unbounded, caller-controlled text.
  const message = issue.code === 'unrecognized_keys' ? 'Unrecognized field' : issue.message
  return { path: path.slice(0, requestLimits.maxIssuePathLength), message }
}

/** The only cast of this file: the parts were produced by the schemas of `Input`. */
function typed<Input>(parsed: unknown): Input {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return parsed as Input
}

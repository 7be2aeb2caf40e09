import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'
import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import { isMultipleOf } from './multiple-of.ts'

/**
 * Compiles a JSON Schema (draft 2020-12) so that no value takes it more than linear time.
 *
 * - `pattern` and `patternProperties` run on RE2, which does not backtrack. Lookarounds and backreferences, which RE2
 *   lacks, are rejected here.
 * - `uniqueItems`, `enum` and `const` compare by JSON equality (section 4.2.2) in linear time.
 * - `multipleOf` is exact for decimal fractions: 19.99 is a multiple of 0.01.
 *
 * `format` is an annotation, which is the default of the standard.
 *
 * @throws Error if the schema is invalid, has an unresolvable reference, or a pattern that RE2 does not support
 */
export function compileSchema(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  metaSchemaValidator ??= createCompiler()
  // It throws, and returns no promise: the meta-schema is synchronous.
  void metaSchemaValidator.validateSchema(schema, true)
  // One compiler per schema, so that two schemas may share an `$id`.
  return createCompiler({ validateSchema: false }).compile(schema)
}

/** Validates schemas against the meta-schema of their draft. It is shared: compiling the meta-schema takes longer than most schemas do. */
let metaSchemaValidator: Ajv2020 | undefined

function createCompiler(more: Options = {}): Ajv2020 {
  const compiler = new Ajv2020({
    allErrors: true,
    strict: false,
    validateFormats: false,
    ownProperties: true,
    code: { regExp },
    ...more,
  })
  for (const keyword of ['uniqueItems', 'multipleOf', 'enum', 'const']) compiler.removeKeyword(keyword)
  compiler.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not contain duplicate items' },
    validate: (unique: boolean, items: readonly unknown[]) =>
      !unique || new Set(items.map(canonicalizeJson)).size === items.length,
  })
  compiler.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    error: { message: 'must be a multiple of the number in the schema' },
    validate: isMultipleOfKeyword,
  })
  compiler.addKeyword({
    keyword: 'enum',
    schemaType: 'array',
    error: { message: 'must be equal to one of the allowed values' },
    compile: (allowed: readonly unknown[]) => {
      const texts = new Set(allowed.map(canonicalizeJson))
      return (value: unknown) => texts.has(canonicalizeJson(value))
    },
  })
  compiler.addKeyword({
    keyword: 'const',
    error: { message: 'must be equal to the constant' },
    compile: (constant: unknown) => {
      const text = canonicalizeJson(constant)
      return (value: unknown) => canonicalizeJson(value) === text
    },
  })
  return compiler
}

function isMultipleOfKeyword(divisor: number, value: number): boolean {
  return isMultipleOf(value, divisor)
}

interface Matcher {
  readonly test: (text: string) => boolean
  readonly toString: () => string
}

/** Creates the engine of `pattern`. */
function regExp(pattern: string, _flags: string): Matcher {
  const compiled = compilePattern(pattern)
  // Ajv takes engines with the same `toString()` for the same one.
  return { test: (text) => compiled.test(text), toString: () => `RE2 ${pattern}` }
}
// Ajv writes this expression into generated standalone code, which is not used here.
regExp.code = 'regExp'

function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern))
  } catch (cause) {
    throw new Error(`pattern ${pattern} is not supported: use RE2 syntax, without lookarounds and backreferences`, {
      cause,
    })
  }
}

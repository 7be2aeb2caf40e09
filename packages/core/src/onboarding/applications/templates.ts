import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { Issue } from '../../kernel/errors.ts'
import type { EvidenceQuery } from '../presentations/evidence-source.ts'
import type { Application } from './application.ts'
import type { Attribute } from './attributes.ts'
import { compileSchema } from './compile-schema.ts'
import type { FileType } from './file-types.ts'
import { findExceededLimit } from './value-limits.ts'

/** An attribute that a template requests. */
export interface TemplateAttribute {
  readonly id: string | number
  /** Identifies the kind of attribute across templates, usually a URL. */
  readonly schemaId?: string
  readonly title?: string
  /** Default: false. */
  readonly required?: boolean
  /**
   * JSON Schema 2020-12 of the value. `format` is an annotation and is not validated, which is the default of the standard.
   * Patterns use RE2 syntax: no lookarounds, no backreferences. Values have at most 2,000 nested values, arrays of 500 items,
   * objects of 200 properties and texts of 20,000 characters.
   */
  readonly schema: Readonly<Record<string, unknown>>
  /**
   * Accepts the attribute from a presentation of credentials: a query of a verifier, and the value by the attributes that it gave, or
   * undefined if they have none. Needs a module that verifies credentials, such as `@billfold/credentials`.
   */
  readonly presentation?: {
    readonly query: EvidenceQuery
    readonly value: (attributes: Readonly<Record<string, unknown>>) => unknown
  }
}

/** An application form defined by the host: the attributes and files that it requests. */
export interface ApplicationTemplate {
  readonly id: string | number
  readonly name: string
  readonly description?: string
  readonly attributes: readonly TemplateAttribute[]
  /** Accepted media types (default: all of `FileType`) and maximum number of files (default: 20). */
  readonly files?: { readonly types?: readonly FileType[]; readonly maxCount?: number }
  /**
   * Decides whether an application that was just submitted is approved at once, in the same commit. `verified` of an attribute says
   * who has issued it. Default: none is.
   */
  readonly approve?: (application: Application) => boolean
}

/** A template with compiled schemas. */
export interface CompiledTemplate {
  readonly template: ApplicationTemplate
  /** Returns all issues of the attributes, at most 200. */
  readonly validate: (attributes: readonly Attribute[]) => readonly Issue[]
}

const maxIssues = 200

/**
 * Compiles and validates the templates of a host.
 * @throws Error for duplicate template ids, duplicate attribute ids, and invalid schemas
 */
export function compileTemplates(templates: readonly ApplicationTemplate[]): ReadonlyMap<string, CompiledTemplate> {
  const compiled = new Map<string, CompiledTemplate>()
  for (const template of templates) {
    if (compiled.has(String(template.id))) throw new Error(`onboarding.templates: duplicate template id ${template.id}`)
    compiled.set(String(template.id), compile(template))
  }
  return compiled
}

interface CompiledAttribute {
  readonly definition: TemplateAttribute
  readonly validate: ValidateFunction
}

function compile(template: ApplicationTemplate): CompiledTemplate {
  const byId = new Map<string, CompiledAttribute>()
  for (const definition of template.attributes) {
    if (byId.has(String(definition.id)))
      throw new Error(`onboarding.templates: template ${template.id} has a duplicate attribute id ${definition.id}`)
    byId.set(String(definition.id), { definition, validate: compileSchema(definition.schema) })
  }
  const bySchema = new Map<string, CompiledAttribute>()
  for (const attribute of byId.values()) {
    const { schemaId } = attribute.definition
    if (schemaId !== undefined && !bySchema.has(schemaId)) bySchema.set(schemaId, attribute)
  }
  const find = ({ id, schemaId }: Attribute): CompiledAttribute | undefined =>
    byId.get(id) ?? bySchema.get(id) ?? (schemaId === undefined ? undefined : bySchema.get(schemaId))
  return {
    template,
    validate: (attributes) => validateAttributes([...byId.values()], find, attributes).slice(0, maxIssues),
  }
}

function validateAttributes(
  definitions: readonly CompiledAttribute[],
  find: (attribute: Attribute) => CompiledAttribute | undefined,
  attributes: readonly Attribute[],
): Issue[] {
  const issues: Issue[] = []
  const seen = new Set<CompiledAttribute>()
  attributes.forEach((attribute, index) => {
    const path = `attributes.${index}`
    const found = find(attribute)
    if (found === undefined) issues.push({ path, message: 'The template does not request this attribute' })
    else if (seen.has(found)) issues.push({ path, message: 'Duplicate attribute' })
    else {
      seen.add(found)
      issues.push(...validateValue(found, `${path}.data.value`, attribute.data.value))
    }
  })
  for (const attribute of definitions) {
    if (attribute.definition.required !== true || seen.has(attribute)) continue
    issues.push({ path: 'attributes', message: `Attribute ${attribute.definition.id} is required` })
  }
  return issues
}

function validateValue({ validate }: CompiledAttribute, path: string, value: unknown): readonly Issue[] {
  const exceeded = findExceededLimit(value)
  if (exceeded !== undefined) return [{ path, message: exceeded }]
  return validate(value) ? [] : (validate.errors ?? []).slice(0, maxIssues).map((error) => toIssue(path, error))
}

/** Converts a schema error to an issue. Never includes the value. */
function toIssue(path: string, { instancePath, keyword, message, params }: ErrorObject): Issue {
  const below = instancePath.replaceAll('/', '.').slice(0, 256)
  const missing: unknown = params['missingProperty']
  if (keyword === 'required' && typeof missing === 'string') {
    return { path: `${path}${below}.${missing}`, message: 'is required' }
  }
  return { path: path + below, message: message ?? 'does not match the schema of the template' }
}

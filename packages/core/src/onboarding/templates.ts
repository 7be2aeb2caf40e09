import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Issue } from '../errors.ts'
import type { Attribute } from './attributes.ts'
import type { FileType } from './file-types.ts'

/** One attribute that a template asks for. */
export interface TemplateAttribute {
  readonly id: string | number
  /** What kind of attribute it is, for all templates that ask for it: a URL, usually. */
  readonly schemaId?: string
  readonly title?: string
  readonly required?: boolean
  /** What its value must be: JSON Schema 2020-12. `format` is a remark and is not checked, as the standard has it. */
  readonly schema: Readonly<Record<string, unknown>>
}

/** What the host wants to know of an applicant. */
export interface Template {
  readonly id: string | number
  readonly name: string
  readonly description?: string
  readonly attributes: readonly TemplateAttribute[]
  /** Which files are taken, and how many: every type, and 20, unless said otherwise. */
  readonly files?: { readonly types?: readonly FileType[]; readonly most?: number }
}

/** A template whose schemas are compiled. */
export interface CompiledTemplate {
  readonly template: Template
  /** What is wrong with the attributes, all of it. */
  readonly check: (attributes: readonly Attribute[]) => readonly Issue[]
}

/** Most problems that are named. */
const mostIssues = 200

/**
 * Compiles the templates of a host, once.
 * @throws Error for two templates with one id, two attributes with one id, and a schema that is not one
 */
export function compileTemplates(templates: readonly Template[]): ReadonlyMap<string, CompiledTemplate> {
  const compiled = new Map<string, CompiledTemplate>()
  for (const template of templates) {
    if (compiled.has(String(template.id))) throw new Error(`The template ${template.id} is there twice`)
    compiled.set(String(template.id), compile(template))
  }
  return compiled
}

interface CompiledAttribute {
  readonly wanted: TemplateAttribute
  readonly validate: ValidateFunction
}

function compile(template: Template): CompiledTemplate {
  const byId = new Map<string, CompiledAttribute>()
  for (const wanted of template.attributes) {
    if (byId.has(String(wanted.id))) throw new Error(`The template ${template.id} has the attribute ${wanted.id} twice`)
    byId.set(String(wanted.id), { wanted, validate: compileSchema(wanted.schema) })
  }
  const bySchema = new Map<string, CompiledAttribute>()
  for (const attribute of byId.values()) {
    const { schemaId } = attribute.wanted
    if (schemaId !== undefined && !bySchema.has(schemaId)) bySchema.set(schemaId, attribute)
  }
  const find = ({ id, schemaId }: Attribute): CompiledAttribute | undefined =>
    byId.get(id) ?? bySchema.get(id) ?? (schemaId === undefined ? undefined : bySchema.get(schemaId))
  return { template, check: (attributes) => check([...byId.values()], find, attributes).slice(0, mostIssues) }
}

/** A compiler of its own for each schema, so that two may have the same `$id`. */
function compileSchema(schema: TemplateAttribute['schema']): ValidateFunction {
  const compiler = new Ajv2020({ allErrors: true, strict: false, validateFormats: false, ownProperties: true })
  return compiler.compile(schema)
}

function check(
  wanted: readonly CompiledAttribute[],
  find: (attribute: Attribute) => CompiledAttribute | undefined,
  attributes: readonly Attribute[],
): Issue[] {
  const issues: Issue[] = []
  const given = new Set<CompiledAttribute>()
  attributes.forEach((attribute, index) => {
    const path = `attributes.${index}`
    const found = find(attribute)
    if (found === undefined) issues.push({ path, message: 'The template does not ask for this attribute' })
    else if (given.has(found)) issues.push({ path, message: 'The attribute is there twice' })
    else {
      given.add(found)
      if (!found.validate(attribute.data.value))
        for (const error of (found.validate.errors ?? []).slice(0, mostIssues)) {
          issues.push(issueOf(`${path}.data.value`, error))
        }
    }
  })
  for (const attribute of wanted) {
    if (attribute.wanted.required !== true || given.has(attribute)) continue
    issues.push({ path: 'attributes', message: `The attribute ${attribute.wanted.id} is required` })
  }
  return issues
}

/** Where and what, and never the value. */
function issueOf(path: string, { instancePath, keyword, message, params }: ErrorObject): Issue {
  const below = instancePath.replaceAll('/', '.').slice(0, 256)
  const missing: unknown = params['missingProperty']
  if (keyword === 'required' && typeof missing === 'string') {
    return { path: `${path}${below}.${missing}`, message: 'is required' }
  }
  return { path: path + below, message: message ?? 'is not what the template asks for' }
}

import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import type { Issue } from '../../kernel/errors.ts'
import type { Attribute } from '../applications/attributes.ts'
import type { ApplicationTemplate, TemplateAttribute } from '../applications/templates.ts'
import type { Evidence } from './evidence-source.ts'

/** Attributes with those that were presented, and what does not agree. */
export interface EvidencedSubmission {
  readonly attributes: readonly Attribute[]
  readonly issues: readonly Issue[]
}

/**
 * Fills in the attributes that were presented. One that is sent as well must be equal, or it is an issue. Each says who has issued it.
 */
export function applyEvidence(
  template: ApplicationTemplate,
  sent: readonly Attribute[],
  evidence: readonly Evidence[],
): EvidencedSubmission {
  const issues: Issue[] = []
  const attributes = [...sent]
  for (const definition of template.attributes) {
    const presented = findPresented(definition, evidence)
    if (presented === undefined) continue
    const index = attributes.findIndex((attribute) => isOf(definition, attribute))
    const before = attributes[index]
    if (before === undefined) {
      attributes.push({ id: String(definition.id), ...presented })
    } else if (canonicalizeJson(before.data.value) === canonicalizeJson(presented.data.value)) {
      attributes[index] = { ...before, verified: presented.verified }
    } else {
      issues.push({ path: `attributes.${index}.data.value`, message: 'differs from what was presented' })
    }
  }
  return { attributes, issues }
}

function findPresented(
  { presentation }: TemplateAttribute,
  evidence: readonly Evidence[],
): Required<Pick<Attribute, 'data' | 'verified'>> | undefined {
  if (presentation === undefined) return undefined
  for (const { byQuery, at } of evidence) {
    const found = Object.hasOwn(byQuery, presentation.query.id) ? byQuery[presentation.query.id] : undefined
    if (found === undefined) continue
    const { attributes, issuer, type, anchor } = found
    const value = presentation.value(attributes)
    if (value !== undefined) return { data: { value }, verified: { by: 'presentation', issuer, type, anchor, at } }
  }
  return undefined
}

function isOf({ id, schemaId }: TemplateAttribute, attribute: Attribute): boolean {
  if (attribute.id === String(id)) return true
  return schemaId !== undefined && (attribute.id === schemaId || attribute.schemaId === schemaId)
}

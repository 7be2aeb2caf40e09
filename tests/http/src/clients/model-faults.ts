import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const modelsSchema = z.object({
  models: z.record(z.string(), z.object({ extends: z.string().optional(), fields: z.record(z.string(), z.string()) })),
  enumerations: z.record(z.string(), z.array(z.string())),
})

/** The models that a typed client reads. */
export type Models = z.infer<typeof modelsSchema>

/** Reads the models of a recording. */
export async function readModels(name: string): Promise<Models> {
  const file = new URL(`../../recordings/${name}.json`, import.meta.url)
  return modelsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
}

const isInteger = (value: unknown): boolean => Number.isSafeInteger(value)
const plainTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  int: (value) => isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  long: isInteger,
  float: (value) => typeof value === 'number',
  double: (value) => typeof value === 'number',
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value),
  any: () => true,
}

/**
 * Lists the fields of a value whose type is not that of a model. Absent fields are no fault: typed clients read them as empty; and
 * neither are further ones, which they ignore.
 */
export function modelFaults(models: Models, type: string, value: unknown, path = 'result'): readonly string[] {
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no list`]
    return value.flatMap((item, index) => modelFaults(models, type.slice(0, -2), item, `${path}.${index}`))
  }
  const isPlain = plainTypes[type]
  if (isPlain !== undefined) return isPlain(value) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`]
  const words = models.enumerations[type]
  if (words !== undefined)
    return words.includes(String(value)) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`]
  if (typeof value !== 'object' || value === null) return [`${path} is no object`]
  const fields = Object.entries(fieldsOf(models, type))
  if (!fields.some(([name]) => name in value)) return [`${path} has no field of ${type}`]
  return fields.flatMap(([name, fieldType]) => {
    const field: unknown = Reflect.get(value, name)
    return field === undefined ? [] : modelFaults(models, fieldType, field, `${path}.${name}`)
  })
}

/** Lists the fields of a model, those of its base too. */
function fieldsOf(models: Models, type: string): Readonly<Record<string, string>> {
  const model = models.models[type]
  if (model === undefined) throw new Error(`no model ${type}`)
  const base =
    model.extends === undefined || models.models[model.extends] === undefined ? {} : fieldsOf(models, model.extends)
  return { ...base, ...model.fields }
}

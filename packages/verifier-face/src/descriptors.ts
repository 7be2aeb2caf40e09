import type { Template } from '@billfold/core/biometrics'

/** The format of the templates: 128 numbers of 32 bits, little-endian, of the model's first version as it is used here. */
export const templateFormat = 'billfold-face-128/1'

/** The length of a template, in bytes. */
export const templateBytes = 512

/** A template of a descriptor. */
export function templateOf(descriptor: Float32Array): Template {
  const bytes = new Uint8Array(templateBytes)
  const view = new DataView(bytes.buffer)
  descriptor.forEach((value, index) => view.setFloat32(index * 4, value, true))
  return { kind: 'inline', format: templateFormat, bytes }
}

/** The descriptor of a template; undefined for one that is not of this format. */
export function descriptorOf(template: Template): Float32Array | undefined {
  if (template.kind !== 'inline' || template.format !== templateFormat || template.bytes.length !== templateBytes)
    return undefined
  const view = new DataView(template.bytes.buffer, template.bytes.byteOffset, templateBytes)
  const descriptor = Float32Array.from({ length: templateBytes / 4 }, (_, index) => view.getFloat32(index * 4, true))
  return descriptor.every(Number.isFinite) ? descriptor : undefined
}

/** The Euclidean distance of two descriptors. */
export function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)))
}

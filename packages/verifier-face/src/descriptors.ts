import type { FaceTemplate } from '@billfold/core/biometrics'

/** Format of the templates: 128 little-endian 32-bit floats. The version changes with the model or its preprocessing. */
export const templateFormat = 'billfold-face-128/1'

/** Length of a template in bytes. */
export const templateBytes = 512

/** Encodes a descriptor as a template. */
export function encodeDescriptor(descriptor: Float32Array): FaceTemplate {
  const bytes = new Uint8Array(templateBytes)
  const view = new DataView(bytes.buffer)
  descriptor.forEach((value, index) => view.setFloat32(index * 4, value, true))
  return { kind: 'inline', format: templateFormat, bytes }
}

/** Decodes the descriptor of a template; undefined if the template has another format. */
export function decodeDescriptor(template: FaceTemplate): Float32Array | undefined {
  if (template.kind !== 'inline' || template.format !== templateFormat || template.bytes.length !== templateBytes)
    return undefined
  const view = new DataView(template.bytes.buffer, template.bytes.byteOffset, templateBytes)
  const descriptor = Float32Array.from({ length: templateBytes / 4 }, (_, index) => view.getFloat32(index * 4, true))
  return descriptor.every(Number.isFinite) ? descriptor : undefined
}

/** Returns the Euclidean distance of two descriptors. */
export function descriptorDistance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)))
}

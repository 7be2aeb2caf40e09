import type { RequestContent } from '../request-driver.ts'

/** A part of a multipart body. */
export interface FormPart {
  readonly name: string
  readonly content: string | Uint8Array
  readonly type?: string
  /** The complete headers, instead of the default ones. */
  readonly headers?: string
}

const boundary = '----billfold-boundary'

/** The Content-Type header of the form. */
export const formType = { 'content-type': `multipart/form-data; boundary=${boundary}` }

/** Encodes a multipart body. */
export function encodeForm(parts: readonly FormPart[], end = `--${boundary}--\r\n`): Uint8Array {
  const pieces = parts.flatMap(({ name, content, type = 'application/octet-stream', headers }) => [
    Buffer.from(
      `--${boundary}\r\n${headers ?? `Content-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}`}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(end)])
}

/** Creates a multipart request. */
export function formRequest(...parts: readonly FormPart[]): RequestContent {
  return { headers: formType, body: encodeForm(parts) }
}

/** Creates bytes that begin like a PNG. */
export function pngBytes(bytes = 1000, fill = 7): Uint8Array {
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(bytes - 8, fill)])
}

/** Creates bytes that begin like a JPEG. */
export function jpegBytes(bytes = 1000): Uint8Array {
  return Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(bytes - 4, 9)])
}

/** Creates an `attributes` part that references documents. */
export function attributesPart(...mentions: readonly string[]): FormPart {
  const attributes = mentions.map((image, index) => ({
    id: `http://attribute.example/${index}`,
    data: { value: { image } },
  }))
  return { name: 'attributes', type: 'application/json', content: JSON.stringify(attributes) }
}

import type { X509Certificate } from 'node:crypto'

/** The name that a certificate's authority certifies: its common name, or else its first DNS name; undefined if it has neither. */
export function readSubjectName({ subject, subjectAltName }: X509Certificate): string | undefined {
  return /(?:^|\n)CN=([^\n]+)/.exec(subject)?.[1] ?? /(?:^|, )DNS:([^,]+)/.exec(subjectAltName ?? '')?.[1]
}

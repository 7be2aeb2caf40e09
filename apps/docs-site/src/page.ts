import type { Heading } from './markdown.ts'

/** A page of the site. */
export interface Page {
  /** From the root of the site. */
  readonly url: string
  readonly title: string
  /** What the page says, without the frame around it. */
  readonly html: string
  readonly headings: readonly Heading[]
}

/** The way from one page to another, both from the root of the site. */
export function relativeUrl(from: string, to: string): string {
  const up = '../'.repeat(from.split('/').length - 1)
  return `${up}${to}`
}

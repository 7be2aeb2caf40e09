/** A page of the site, as VitePress reads it. */
export interface Page {
  /** From the root of the site: `custody.html`. */
  readonly url: string
  readonly title: string
  readonly markdown: string
  /** The file of the repository that it was made from: its links are relative to this file. */
  readonly source?: string
  /** False for a page that the search leaves out, and the navigation too. */
  readonly searched?: boolean
}

/** The Markdown file of a page, from the folder of all pages. */
export function pageFile(url: string): string {
  return url.replace(/\.html$/, '.md')
}

/** The text of a page's file: its front matter, then what it says. */
export function pageText({ title, markdown, source, searched = true }: Page): string {
  const frontMatter = {
    title,
    ...(source !== undefined && { source }),
    ...(!searched && { search: false, prev: false, next: false }),
  }
  const lines = Object.entries(frontMatter).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return `---\n${lines.join('\n')}\n---\n\n${markdown}`
}

/** A page of the site. */
export interface Page {
  /** From the root of the site: `custody.html`. */
  readonly url: string
  readonly title: string
  readonly markdown: string
  /** The file of the repository that its links are relative to. */
  readonly source?: string
  /** False for a page that is left out of the search and the navigation. */
  readonly searched?: boolean
}

/** The Markdown file of a page, from the folder of all pages. */
export function pageFile(url: string): string {
  return url.replace(/\.html$/, '.md')
}

/** Returns the text of a page's file: front matter and content. */
export function pageText({ title, markdown, source, searched = true }: Page): string {
  const frontMatter = {
    title,
    ...(source !== undefined && { source }),
    ...(!searched && { search: false, prev: false, next: false }),
  }
  const lines = Object.entries(frontMatter).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return `---\n${lines.join('\n')}\n---\n\n${markdown}`
}

import { escapeHtml } from './html.ts'
import type { Section } from './navigation.ts'
import { type Page, relativeUrl } from './page.ts'

/** A page as a whole HTML document: the navigation to the left, what is on the page to the right. */
export function framed(page: Page, sections: readonly Section[]): string {
  const to = (url: string): string => escapeHtml(relativeUrl(page.url, url))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.url === 'index.html' ? 'Billfold' : `${page.title} · Billfold`)}</title>
<link rel="stylesheet" href="${to('style.css')}">
<script type="module" src="${to('search.js')}"></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="home" href="${to('index.html')}">Billfold</a>
<a class="to-contents" href="#contents">Contents</a>
<form role="search" hidden><input type="search" placeholder="Search" aria-label="Search" autocomplete="off" data-root="${to('')}"><ol hidden></ol></form>
</header>
<div class="columns">
<main id="content">
${page.html}${neighboursHtml(page.url, sections, to)}
</main>
<nav id="contents" aria-label="Documentation">
${sections.map((section) => sectionHtml(section, page.url, to)).join('\n')}
</nav>
${onThisPage(page)}
</div>
</body>
</html>
`
}

function sectionHtml({ title, entries }: Section, current: string, to: (url: string) => string): string {
  const items = entries.map(({ title: text, url }) => {
    const here = url === current ? ' aria-current="page"' : ''
    return `<li><a href="${to(url)}"${here}>${escapeHtml(text)}</a></li>`
  })
  return `<h2>${escapeHtml(title)}</h2>\n<ul>${items.join('\n')}</ul>`
}

/** The pages before and after this one in the navigation. */
function neighboursHtml(current: string, sections: readonly Section[], to: (url: string) => string): string {
  const entries = sections.flatMap((section) => section.entries)
  const at = entries.findIndex(({ url }) => url === current)
  if (at < 0) return ''
  const [before, after] = [entries[at - 1], entries[at + 1]]
  const link = (entry: typeof before, rel: string): string =>
    entry === undefined ? '<span></span>' : `<a rel="${rel}" href="${to(entry.url)}">${escapeHtml(entry.title)}</a>`
  return `<footer>${link(before, 'prev')}${link(after, 'next')}</footer>`
}

function onThisPage({ headings }: Page): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3)
  if (shown.length < 2) return '<aside></aside>'
  const items = shown.map(
    ({ level, text, anchor }) => `<li class="level-${level}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`,
  )
  return `<aside aria-label="On this page"><h2>On this page</h2><ul>${items.join('\n')}</ul></aside>`
}

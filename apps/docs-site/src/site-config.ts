import { defineConfig } from 'vitepress'
import { publicModules } from './docstrings.ts'
import { apiNames } from './http-reference.ts'
import { readDocument, slug } from './markdown.ts'
import { listSections } from './navigation.ts'
import { repositoryLinks } from './repository-links.ts'

const sections = [
  ...listSections(readDocument('docs/README.md')),
  { title: 'HTTP reference', entries: apiNames.map((name) => ({ title: name, url: `http/${name}.html` })) },
  {
    title: 'TypeScript reference',
    entries: publicModules().map(({ name }) => ({ title: name, url: `reference/${name}/index.html` })),
  },
]

/** The VitePress configuration for the pages that `pages.ts` writes. */
export const siteConfig = defineConfig({
  title: 'Billfold',
  description: 'An embeddable identity wallet for Express and Koa',
  srcDir: 'dist/pages',
  outDir: 'dist/site',
  cacheDir: 'dist/vitepress-cache',
  metaChunk: true,
  // The links of the built site are checked with their anchors, by site-links.ts.
  ignoreDeadLinks: true,
  markdown: {
    // The default themes have tokens with a contrast below 4.5.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // The anchors that GitHub gives, so that links work on GitHub and on the site.
    anchor: { slugify: slug },
    // Braces are common in prose about code, so attributes have other delimiters.
    attrs: { leftDelimiter: '{:', rightDelimiter: '}' },
    config: (markdown) => repositoryLinks(markdown),
  },
  themeConfig: {
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/contents' },
      { text: 'HTTP', link: `/http/${apiNames[0]}`, activeMatch: '^/http/' },
      { text: 'TypeScript', link: '/reference/@billfold/core/', activeMatch: '^/reference/' },
    ],
    sidebar: sections.map(({ title, entries }) => ({
      text: title,
      collapsed: false,
      items: entries.map(({ title: text, url }) => ({ text, link: `/${url.replace(/(index)?\.html$/, '')}` })),
    })),
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            prefix: true,
            // Tolerates one wrong character in four, so that a misspelt word finds the page.
            fuzzy: 0.25,
            boost: { title: 4, text: 2, titles: 1 },
            // Guides rank first: the references contain almost every word of theirs.
            boostDocument: (id: string) => (id.startsWith('/reference/') ? 0.1 : id.startsWith('/http/') ? 0.4 : 1),
          },
        },
      },
    },
  },
})

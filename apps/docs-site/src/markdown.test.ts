import { describe, expect, it } from 'vitest'
import { linkFaults } from './links.ts'
import { parseDocument } from './markdown.ts'
import { contentsFaults, listSections } from './navigation.ts'

describe('a document', () => {
  it('gives headings the anchors of GitHub', () => {
    const { headings } = parseDocument('a.md', '# What is `x-did-auth`?\n\n## Two\n\n## Two\n\n## One, ünd 3: more\n')
    expect(headings.map(({ anchor }) => anchor)).toEqual(['what-is-x-did-auth', 'two', 'two-1', 'one-ünd-3-more'])
  })

  it('returns its code blocks with their lines, including those in comments', () => {
    const { blocks } = parseDocument(
      'a.md',
      '# A\n\n<!-- js\nconst a = 1\n-->\n```ts\nconst b = 2\n```\n\n```sh\nls\n```\n',
    )
    expect(blocks).toEqual([
      { language: 'js', code: 'const a = 1\n', line: 3, hidden: true },
      { language: 'ts', code: 'const b = 2\n', line: 6, hidden: false },
      { language: 'sh', code: 'ls\n', line: 10, hidden: false },
    ])
  })
})

describe('the links of documents', () => {
  const checkLinks = (text: string): readonly string[] => linkFaults([parseDocument('docs/README.md', text)])

  it('may be external, or refer to files of the repository and headings', () => {
    expect(
      checkLinks('# Title\n\n[1](https://example.com) [2](../README.md) [3](#title) [4](../packages/core)\n'),
    ).toEqual([])
  })

  it('are reported with their line if broken', () => {
    expect(checkLinks('# Title\n\n[1](b.md)\n\n![2](../no.png) [3](#none) [4](../../x.md)\n')).toEqual([
      'docs/README.md:3: b.md: there is no such file',
      'docs/README.md:5: ../no.png: there is no such file',
      'docs/README.md:5: #none: no heading there has this anchor',
      'docs/README.md:5: ../../x.md: there is no such file',
    ])
  })
})

describe('the table of contents', () => {
  const contents = parseDocument(
    'docs/README.md',
    '# All\n\n## Start\n\n- [Dids](dids.md): more\n- [Core](../packages/core)\n',
  )

  it('is the navigation, by its headings and lists', () => {
    expect(listSections(contents)[0]?.title).toBe('Start')
    expect(listSections(contents)[0]?.entries[0]).toEqual({ title: 'Dids', url: 'dids.html' })
  })

  it('names every page once', () => {
    const pages = ['docs/dids.md', 'docs/faces.md'].map((path) => parseDocument(path, '# A\n'))
    expect(contentsFaults(contents, [contents, ...pages])).toEqual(['docs/README.md names docs/faces.md 0 times'])
  })
})

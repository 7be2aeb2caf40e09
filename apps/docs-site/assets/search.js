// Looks through the sections of all pages. Without JavaScript the form stays hidden, and the navigation does.
const form = document.querySelector('form[role=search]')
const input = form.querySelector('input')
const list = form.querySelector('ol')
const most = 12
let index

form.hidden = false
input.addEventListener('focus', load)
input.addEventListener('input', () => void search())
form.addEventListener('submit', (event) => {
  event.preventDefault()
  list.querySelector('a')?.click()
})
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') list.hidden = true
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return
  event.preventDefault()
  input.focus()
})
document.addEventListener('click', (event) => {
  if (!form.contains(event.target)) list.hidden = true
})

function load() {
  index ??= import('./search-index.js').then(({ entries }) =>
    entries.map(([url, page, heading, text]) => ({
      url,
      page,
      heading,
      text,
      all: `${page} ${heading} ${text}`.toLowerCase(),
    })),
  )
  return index
}

async function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
  const entries = await load()
  const found = words.length === 0 ? [] : entries.filter(({ all }) => words.every((word) => all.includes(word)))
  const ranked = found.map((entry) => ({ entry, rank: rank(entry, words) })).sort((a, b) => b.rank - a.rank)
  list.replaceChildren(...ranked.slice(0, most).map(({ entry }) => item(entry)))
  if (words.length > 0 && found.length === 0) list.textContent = 'Nothing found'
  list.hidden = words.length === 0
}

/** Words in a heading count most, then those in the title of the page; the reference comes after the guides. */
function rank({ url, page, heading, text }, words) {
  const place = (part, weight) => words.filter((word) => part.toLowerCase().includes(word)).length * weight
  return place(heading, 6) + place(page, 4) + place(text, 1) - (/^(reference|http|source)\//.test(url) ? 3 : 0)
}

function item({ url, page, heading, text }) {
  const link = document.createElement('a')
  link.href = input.dataset.root + url
  const said = document.createElement('small')
  said.textContent = text
  link.append(heading === '' ? page : `${page}: ${heading}`, said)
  const entry = document.createElement('li')
  entry.append(link)
  return entry
}

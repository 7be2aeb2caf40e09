import { expect, test } from 'vitest'
import { identifierWrite } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { findAccountLabel, toLabel } from '../wallet-login/index.ts'
import { renderAskingPage, renderSubmittingPage } from './login-page.ts'

const form = { ticket: 'ticket', binding: 'binding' }

test('the page that asks escapes the label, and isolates its direction', () => {
  const page = renderAskingPage(form, `<b>"ada"</b> & 'co'`)
  const escaped = '&#60;b&#62;&#34;ada&#34;&#60;/b&#62; &#38; &#39;co&#39;'
  expect(page).toContain(`<button>Sign in as <bdi>${escaped}</bdi></button>`)
  expect(page).not.toContain('<b>')
  expect(page).not.toContain('<script')
})

test('each page has its content in a landmark, and its style in the head', () => {
  expect(renderAskingPage(form, 'ada')).toMatch(/<style>[^<]+<\/style>\n<main>\n<h1>.*<\/form>\n<\/main>/s)
  expect(renderSubmittingPage(form)).toMatch(/<main>\n<form.*<\/form>\n<script>.*<\/main>/s)
})

test('a label has no control characters and no bidirectional marks, and a limited length', () => {
  expect(toLabel('a\u202eb\u200dc\nd\u2028e')).toBe('abcde')
  expect(toLabel('x'.repeat(500))).toHaveLength(120)
})

test('an account is labelled by what was verified, never by what somebody claims', async () => {
  const services = testServices()
  const id = newId()
  const user = { id, tenant: 't', reference: null, origin: 'wallet', createdAt: 1, archivedAt: null }
  const key = 'a0'.repeat(32)
  const claim = { kind: 'email', value: 'victim@example.com' } as const
  const wallet = { kind: 'public-key', value: key } as const
  await services.storage.commit(
    batch(
      insert(users, user),
      await identifierWrite(services, 't', id, claim, null),
      await identifierWrite(services, 't', id, wallet, 'signature'),
    ),
  )
  expect(await findAccountLabel(services, 't', id)).toBe('wallet a0a0a0a0…a0a0a0')
  const verified = { kind: 'email', value: 'ada@example.com' } as const
  await services.storage.commit(batch(await identifierWrite(services, 't', id, verified, 'code')))
  expect(await findAccountLabel(services, 't', id)).toBe('ada@example.com')
})

import { describe, expect, it } from 'vitest'
import { insert, batch } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { users } from '../../identity/users/table.ts'
import { loginTickets } from './ticket-table.ts'
import {
  computeTicketBinding,
  isTicketBound,
  issueTicket,
  redeemTicket,
  purgeExpiredTickets,
  ticketTtlMs,
} from './tickets.ts'

async function withUser() {
  let now = Date.now()
  const services = { ...testServices(), now: () => now }
  const user = { id: 'u', tenant: 't', reference: null, origin: 'test', createdAt: 0, archivedAt: null }
  await services.storage.commit(batch(insert(users, user)))
  const wait = (milliseconds: number): void => {
    now += milliseconds
  }
  return { services, wait }
}

describe('a login ticket', () => {
  it('is redeemed by one of ten concurrent logins', async () => {
    const { services } = await withUser()
    const ticket = await issueTicket(services, 't', 'u')
    const uses = await Promise.allSettled(Array.from({ length: 10 }, () => redeemTicket(services, 't', ticket)))
    expect(uses.filter(({ status }) => status === 'fulfilled')).toEqual([{ status: 'fulfilled', value: 'u' }])
  })

  it('is rejected and purged after 60 seconds', async () => {
    const { services, wait } = await withUser()
    const ticket = await issueTicket(services, 't', 'u')
    wait(ticketTtlMs)
    expect(await outcomeCode(redeemTicket(services, 't', ticket))).toBe('login.failed')
    await purgeExpiredTickets(services)
    expect(await services.storage.find(loginTickets)).toEqual([])
  })

  it('is rejected in another tenant and for a deleted user', async () => {
    const { services } = await withUser()
    expect(await outcomeCode(redeemTicket(services, 'other', await issueTicket(services, 't', 'u')))).toBe(
      'login.failed',
    )
    expect(await outcomeCode(redeemTicket(services, 't', await issueTicket(services, 't', 'gone')))).toBe(
      'login.failed',
    )
  })

  it('is not stored in plain text', async () => {
    const { services } = await withUser()
    const ticket = await issueTicket(services, 't', 'u')
    expect(JSON.stringify(await services.storage.find(loginTickets))).not.toContain(ticket)
  })

  it('is bound to the cookie and ticket of its page', () => {
    const binding = computeTicketBinding('cookie', 'ticket')
    expect(isTicketBound('cookie', 'ticket', binding)).toBe(true)
    expect(isTicketBound('another', 'ticket', binding)).toBe(false)
    expect(isTicketBound('cookie', 'another', binding)).toBe(false)
  })
})

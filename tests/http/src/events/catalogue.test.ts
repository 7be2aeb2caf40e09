import { type EventType, eventCatalogue, eventTypes } from '@billfold/core/events'
import { describe, expect, it } from 'vitest'
import { custodyActs } from './custody-acts.ts'
import { type Act, newSetup } from './setup.ts'
import { onboardingAndDidActs } from './onboarding-and-did-acts.ts'
import { paymentActs } from './payment-acts.ts'
import { signInActs } from './sign-in-acts.ts'

/** An act for every kind of event but `webhook.pinged`, which goes to its endpoint alone: one that is new needs one here. */
const acts: { readonly [Type in Exclude<EventType, 'webhook.pinged'>]: Act } = {
  ...custodyActs,
  ...signInActs,
  ...onboardingAndDidActs,
  ...paymentActs,
}

describe.each(eventTypes.filter((type) => type !== 'webhook.pinged'))('%s', (type) => {
  it('is told once, in the commit of its act, and says what the catalogue says', async () => {
    const setup = await newSetup()
    const act = await acts[type](setup)
    const before = setup.storage.told(type).length
    await act()
    const told = setup.storage.told(type).slice(before)
    expect(told).toHaveLength(1)
    const writes = told.flatMap((batch) => batch.writes)
    expect(writes.some(({ table }) => table.name !== 'events')).toBe(true)
    const events = writes.filter((write) => write.kind === 'insert' && write.table.name === 'events')
    const own = events.flatMap((write) => (write.kind === 'insert' && write.row['type'] === type ? [write.row] : []))
    expect(own).toMatchObject([{ tenant: 'default', version: eventCatalogue[type].version }])
    const data: unknown = JSON.parse(String(own[0]?.['data']))
    expect(eventCatalogue[type].data.strict().parse(data)).toEqual(data)
  })

  it('is not told when the commit of its act fails', async () => {
    const setup = await newSetup()
    const act = await acts[type](setup)
    const before = setup.storage.told(type).length
    const refusals = setup.storage.refuse(type)
    await act().catch(() => undefined)
    expect(refusals.count()).toBeGreaterThan(0)
    expect(setup.storage.told(type)).toHaveLength(before)
  })
})

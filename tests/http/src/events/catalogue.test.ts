import { type EventCatalogue, eventCatalogue, eventTypes } from '@billfold/core/events'
import { describe, expect, it } from 'vitest'
import { custodyTriggers } from './custody-triggers.ts'
import { createEventHost, type EventTrigger } from './event-host.ts'
import { onboardingAndDidTriggers } from './onboarding-and-did-triggers.ts'
import { paymentTriggers } from './payment-triggers.ts'
import { authenticationTriggers } from './authentication-triggers.ts'

/** A trigger for every event type, except `webhook.pinged`, which is sent to one endpoint only. A new type needs a trigger here. */
const triggers: { readonly [Type in Exclude<keyof EventCatalogue, 'webhook.pinged'>]: EventTrigger } = {
  ...custodyTriggers,
  ...authenticationTriggers,
  ...onboardingAndDidTriggers,
  ...paymentTriggers,
}

describe.each(eventTypes.filter((type) => type !== 'webhook.pinged'))('%s', (type) => {
  it('is written once in the commit of its action, with the data of the catalogue', async () => {
    const setup = await createEventHost()
    const trigger = await triggers[type](setup)
    const before = setup.storage.batchesWith(type).length
    await trigger()
    const batches = setup.storage.batchesWith(type).slice(before)
    expect(batches).toHaveLength(1)
    const writes = batches.flatMap((batch) => batch.writes)
    expect(writes.some(({ table }) => table.name !== 'events')).toBe(true)
    const events = writes.filter((write) => write.kind === 'insert' && write.table.name === 'events')
    const own = events.flatMap((write) => (write.kind === 'insert' && write.row['type'] === type ? [write.row] : []))
    expect(own).toMatchObject([{ tenant: 'default', version: eventCatalogue[type].version }])
    const data: unknown = JSON.parse(String(own[0]?.['data']))
    expect(eventCatalogue[type].data.strict().parse(data)).toEqual(data)
  })

  it('is not written if the commit of its action fails', async () => {
    const setup = await createEventHost()
    const trigger = await triggers[type](setup)
    const before = setup.storage.batchesWith(type).length
    const refusals = setup.storage.failCommitsWith(type)
    await trigger().catch(() => undefined)
    expect(refusals.count()).toBeGreaterThan(0)
    expect(setup.storage.batchesWith(type)).toHaveLength(before)
  })
})

import { defineEvent, eventId } from '../../platform/events/define-event.ts'

/** The events of trusted devices. */
export const deviceEvents = {
  'device.trusted': defineEvent('A device was trusted by a user.', { userId: eventId, deviceId: eventId }),
  'device.revoked': defineEvent('The trust in a device was revoked: it was removed, or replaced by a newer one.', {
    userId: eventId,
    deviceId: eventId,
  }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type DeviceEvents = typeof deviceEvents

declare module '../../platform/events/event.ts' {
  interface ModuleEvents extends DeviceEvents {}
}

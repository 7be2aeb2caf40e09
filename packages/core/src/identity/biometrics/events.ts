import { defineEvent, eventId } from '../../platform/events/define-event.ts'

/** The events of face enrolment. */
export const faceEvents = {
  'face.enrolled': defineEvent('A face was enrolled for a user in a community.', {
    userId: eventId,
    community: eventId,
  }),
  'face.removed': defineEvent('The face of a user was deleted from a community.', {
    userId: eventId,
    community: eventId,
  }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type FaceEvents = typeof faceEvents

declare module '../../platform/events/event.ts' {
  interface ModuleEvents extends FaceEvents {}
}

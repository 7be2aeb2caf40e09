import type { Notifier } from '@billfold/core'

/**
 * Prints that a message is due, such as `security.password-changed`, without the address that it goes to. A real host sends it
 * by email, text message or push notification, in the user's language.
 */
export const notifier: Notifier = {
  deliver: ({ topic, subject }) => {
    console.log(`message ${topic} about ${subject}`)
    return Promise.resolve()
  },
}

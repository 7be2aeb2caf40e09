/** The scopes of service keys for the APIs of the module. */
export const credentialScopes = {
  issuer: 'Offers of credentials, and the status of issued ones',
  holder:
    'Credentials that users hold, and their presentation; what opens a value also needs a signing method of the user',
  verifier: 'Requests for presentations',
} as const

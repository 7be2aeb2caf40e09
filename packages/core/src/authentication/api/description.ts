import type { ApiDescription } from '../../http/index.ts'

/** What the OpenAPI document says about the authentication API. */
export const authenticationDescription: ApiDescription = {
  text: 'Authentication by face and PIN: a relying party creates a session, the user passes its steps in a browser or an app, and the relying party reads the result. Bodies are encrypted for the server, whose public key is at `/publickeys`.',
  tags: [
    {
      name: 'Service',
      description: 'Health, public keys, directory, this document',
      paths: ['/', '/healthz', '/publickeys', '/sessions/publickeys', '/sd', '/caas', '/.well-known', '/environment'],
    },
    {
      name: 'Communities',
      description: 'The community of a licence, and its users',
      paths: ['/api/r1'],
    },
    {
      name: 'Service keys',
      description: 'Read, replace and revoke service keys',
      paths: ['/servicekey', '/servicekeys'],
    },
    {
      name: 'Encryption helper',
      description: 'Encrypts and decrypts for clients that cannot',
      paths: ['/ecdsa_helper'],
    },
    { name: 'Enrollment', description: 'Whether a person has enrolled a face', paths: ['/check_enrollment'] },
    { name: 'Sessions', description: 'Create a session and read its result', paths: ['/sessions', '/session_result'] },
    {
      name: 'Steps',
      description: 'What the browser or the app of the user calls',
      paths: ['/v2', '/verify_pin', '/sessions/session/:/authenticate'],
    },
    { name: 'Identification', description: 'Find a person by a photo', paths: ['/identify_selfie'] },
    { name: 'Devices', description: 'Information about the device of a session', paths: ['/userDeviceInfo'] },
    {
      name: 'Withdrawn',
      description: 'Operations of earlier versions, which answer 410',
      paths: ['/authenticate', '/authenticate_with_liveid', '/webhooks'],
    },
  ],
}

import type { ApiDescription } from '../../http/index.ts'

/** What the OpenAPI document says about the onboarding API. */
export const onboardingDescription: ApiDescription = {
  text: 'Login with a wallet (ERC-4361 or a DID), and applications with attributes and files that a host decides on (KYC).',
  tags: [
    {
      name: 'Login',
      description: 'Challenges that a wallet signs, and the tokens it gets',
      paths: ['/auth', '/login', '/users/token'],
    },
    { name: 'Users', description: 'The profile of the person behind a wallet', paths: ['/users'] },
    { name: 'Templates', description: 'What an application must contain', paths: ['/templates'] },
    { name: 'Files', description: 'Documents and photos, encrypted', paths: ['/files', '/users/file'] },
    { name: 'Presentations', description: 'Credentials that a wallet presents', paths: ['/presentations'] },
    { name: 'Applications', description: 'Submit, correct, discuss, decide', paths: ['/applications'] },
    { name: 'Service', description: 'This document', paths: ['/'] },
  ],
}

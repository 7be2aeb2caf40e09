export { type CustodyResult, custodyResultSchema } from './custody-result.ts'
export {
  type AuthenticationJson,
  type CreationOptions,
  createSoftwareAuthenticator,
  type Deviations,
  type RegistrationJson,
  type RequestOptions,
  type SoftwareAuthenticator,
} from './software-authenticator.ts'

import { resolve } from 'node:path'
import { type BlobStore, directoryBlobs } from '../blobs/index.ts'
import type { IncomingRequest } from '../../http/index.ts'
import { defaultFileLimits, type FileSettings } from '../applications/file-settings.ts'
import { type CompiledTemplate, compileTemplates, type ApplicationTemplate } from '../applications/templates.ts'
import type { WalletLoginSettings } from '../wallet-login/index.ts'

/** A user who has logged in through a wallet. */
export interface LoggedInUser {
  readonly id: string
  readonly tenant: string
}

/** Request and response of a completed login, for the host to start its own session. */
export interface LoginExchange {
  /** Source address, as the host's framework reports it. */
  readonly ip: string
  readonly headers: IncomingRequest['headers']
  /** Sets a response header. Repeated `Set-Cookie` headers are all sent. */
  readonly setHeader: (name: string, value: string) => void
  /** `{ request, response }` of Express or the context of Koa, to which session middleware attaches its session. */
  readonly native: unknown
}

/** Options of the onboarding API. */
export interface OnboardingOptions extends WalletLoginSettings {
  /** Application templates. Default: none. */
  readonly templates?: readonly ApplicationTemplate[]
  /** Return templates without the `{templates}` and `{template}` wrappers, as some existing wallets expect. Default: false. */
  readonly unwrappedTemplates?: boolean
  /** Return applications without the `{applications}` and `{application}` wrappers, in full, as some existing wallets expect. Default: `unwrappedTemplates`. */
  readonly unwrappedApplications?: boolean
  /**
   * Web origins whose pages may send the user token alone to `POST /login`, without the wallet's token: a page that received it from
   * the wallet. Each token then logs in once. CORS is up to the host. Default: none.
   */
  readonly loginOrigins?: readonly string[]
  /** Store of uploaded files; contents are encrypted. Default: `directoryBlobs('billfold-files')` in the working directory. */
  readonly blobs?: BlobStore
  /** Limits for uploaded files. */
  readonly files?: Partial<Omit<FileSettings, 'blobs'>>
  /** Web origins allowed to call the API, and `IDW` for native wallets. Default: all. */
  readonly allowedOrigins?: readonly string[]
  /** Public URL of the API: `https://example.com/onboarding`. Default: the URL that the framework reports for the request. */
  readonly publicUrl?: string
  /** Path or URL that the browser is redirected to after login. Default: `/`. */
  readonly loginRedirect?: string
  /**
   * Returns the name under which the owner of an account knows it. The login page shows it before somebody signs in from a link.
   * Default: the verified email address, phone number or username, otherwise the wallet's public key, shortened.
   */
  readonly accountLabel?: (user: LoggedInUser) => Promise<string> | string
  /**
   * Called once per completed browser login, for the host to start its own session. May return a redirect target on the origin of
   * `loginRedirect`.
   */
  readonly onLogin?: (user: LoggedInUser, exchange: LoginExchange) => Promise<string | undefined> | string | undefined
}

/** The options with defaults applied. */
export interface OnboardingSettings {
  readonly login: WalletLoginSettings
  readonly templates: ReadonlyMap<string, CompiledTemplate>
  readonly unwrappedTemplates: boolean
  readonly unwrappedApplications: boolean
  readonly loginOrigins: ReadonlySet<string>
  readonly files: FileSettings
  readonly allowedOrigins: ReadonlySet<string> | undefined
  readonly publicUrl: string | undefined
  readonly loginRedirect: string
  readonly accountLabel: OnboardingOptions['accountLabel']
  readonly onLogin: OnboardingOptions['onLogin']
}

/** Validates the options and applies the defaults. @throws Error for invalid options, such as faulty templates or a message format without `site` */
export function toOnboardingSettings(options: OnboardingOptions = {}): OnboardingSettings {
  const { messageFormat, site } = options
  if (messageFormat !== undefined && messageFormat !== 'nonce' && site === undefined)
    throw new Error(`onboarding.messageFormat ${messageFormat} requires onboarding.site`)
  const { publicUrl } = options
  if (publicUrl !== undefined && !URL.canParse(publicUrl))
    throw new Error(`onboarding.publicUrl is not a valid URL: ${publicUrl}`)
  if (site !== undefined && !URL.canParse(site.uri))
    throw new Error(`onboarding.site.uri is not a valid URI: ${site.uri}`)
  return {
    login: options,
    templates: compileTemplates(options.templates ?? []),
    unwrappedTemplates: options.unwrappedTemplates ?? false,
    unwrappedApplications: options.unwrappedApplications ?? options.unwrappedTemplates ?? false,
    loginOrigins: new Set(options.loginOrigins ?? []),
    files: {
      ...defaultFileLimits,
      ...options.files,
      blobs: options.blobs ?? directoryBlobs(resolve('billfold-files')),
    },
    allowedOrigins: options.allowedOrigins === undefined ? undefined : new Set(options.allowedOrigins),
    publicUrl: publicUrl?.replace(/\/+$/, ''),
    loginRedirect: options.loginRedirect ?? '/',
    accountLabel: options.accountLabel,
    onLogin: options.onLogin,
  }
}

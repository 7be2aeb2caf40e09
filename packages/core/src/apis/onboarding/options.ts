import { resolve } from 'node:path'
import { type BlobStore, directoryBlobs } from '../../blobs/index.ts'
import type { IncomingRequest } from '../../http/index.ts'
import { fileDefaults, type FileSettings } from '../../onboarding/settings.ts'
import { type CompiledTemplate, compileTemplates, type Template } from '../../onboarding/templates.ts'
import type { WalletLoginSettings } from '../../wallet-login/index.ts'

/** A user who has just logged in through a wallet. */
export interface LoggedInUser {
  readonly id: string
  readonly tenant: string
}

/** The exchange that a login ends in, for the host to set its own session on. */
export interface LoginExchange {
  readonly ip: string
  readonly headers: IncomingRequest['headers']
  /** Sets a header of the reply; `Set-Cookie` may be set several times. */
  readonly setHeader: (name: string, value: string) => void
  /** `{ request, response }` of Express, or the context of Koa: where session middleware hangs its session. */
  readonly native: unknown
}

/** What a host decides about the onboarding API. */
export interface OnboardingOptions extends WalletLoginSettings {
  /** What the host wants to know of applicants. None unless given. */
  readonly templates?: readonly Template[]
  /** Whether templates are shown bare, as some existing wallets expect them, and not in `{templates}` and `{template}`. */
  readonly bareTemplates?: boolean
  /** Where files go: encrypted, into `billfold-files` in the working directory, unless said otherwise. */
  readonly blobs?: BlobStore
  readonly files?: Partial<Omit<FileSettings, 'blobs'>>
  /** Web origins that may use the API from a browser, and `IDW` for wallets that are no page. Any, unless given. */
  readonly allowedOrigins?: readonly string[]
  /** Where the API is found from outside: `https://example.com/onboarding`. As the framework reports it, unless given. */
  readonly publicUrl?: string
  /** Where a browser goes when it is logged in: `/`, unless said otherwise. */
  readonly loginRedirect?: string
  /**
   * Called once for every login in a browser, for the host to set its own session. May return another place to go to, on the site of
   * `loginRedirect`.
   */
  readonly onLogin?: (user: LoggedInUser, exchange: LoginExchange) => Promise<string | undefined> | string | undefined
}

/** The options, with what holds where the host said nothing. */
export interface OnboardingSettings {
  readonly login: WalletLoginSettings
  readonly templates: ReadonlyMap<string, CompiledTemplate>
  readonly bareTemplates: boolean
  readonly files: FileSettings
  readonly allowedOrigins: ReadonlySet<string> | undefined
  readonly publicUrl: string | undefined
  readonly loginRedirect: string
  readonly onLogin: OnboardingOptions['onLogin']
}

/** @throws Error for options that cannot be: templates with faults, a message format without its site */
export function onboardingSettings(options: OnboardingOptions = {}): OnboardingSettings {
  const { messageFormat, site } = options
  if (messageFormat !== undefined && messageFormat !== 'nonce' && site === undefined)
    throw new Error(`The message format ${messageFormat} needs the site that wallets sign in to`)
  const { publicUrl } = options
  if (publicUrl !== undefined && !URL.canParse(publicUrl)) throw new Error('The public URL is not one')
  if (site !== undefined && !URL.canParse(site.uri)) throw new Error('The uri of the site is not one')
  return {
    login: options,
    templates: compileTemplates(options.templates ?? []),
    bareTemplates: options.bareTemplates ?? false,
    files: {
      ...fileDefaults,
      ...options.files,
      blobs: options.blobs ?? directoryBlobs(resolve('billfold-files')),
    },
    allowedOrigins: options.allowedOrigins === undefined ? undefined : new Set(options.allowedOrigins),
    publicUrl: publicUrl?.replace(/\/+$/, ''),
    loginRedirect: options.loginRedirect ?? '/',
    onLogin: options.onLogin,
  }
}

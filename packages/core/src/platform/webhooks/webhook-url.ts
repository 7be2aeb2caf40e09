import { isIP } from 'node:net'
import { BillfoldError } from '../../kernel/errors.ts'
import { isPublicAddress } from '../http-client/public-address.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'

/**
 * Parses an endpoint URL and checks that it may be used. The addresses of its hostname are checked when the request is
 * made.
 * @throws BillfoldError `webhook.url-not-allowed`
 */
export async function parseWebhookUrl(options: WebhookOptions, tenant: string, text: string): Promise<URL> {
  const url = text.length <= webhookLimits.maxUrlLength && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw notAllowed('must be a valid URL of at most 2,048 characters')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && options.allowHttp === true))
    throw notAllowed('must use https')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw notAllowed('must not contain a user name, a password or a fragment')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && options.allowPrivateAddresses !== true && !isPublicAddress(host))
    throw notAllowed('must have a public address')
  if (options.isUrlAllowed !== undefined && !(await options.isUrlAllowed(new URL(url), tenant)))
    throw notAllowed('is not allowed by the host')
  return url
}

function notAllowed(message: string): BillfoldError {
  return new BillfoldError('webhook.url-not-allowed', { issues: [{ path: 'url', message }] })
}

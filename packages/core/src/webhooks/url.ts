import { isIP } from 'node:net'
import { BillfoldError } from '../errors.ts'
import { isPublicAddress } from '../outgoing/public-address.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'

/**
 * The URL of an endpoint, if it may be called. What its name stands for is looked at when it is called.
 * @throws BillfoldError `webhook.url-refused`
 */
export async function webhookUrl(options: WebhookOptions, tenant: string, text: string): Promise<URL> {
  const url = text.length <= webhookLimits.urlLength && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw refused('It is no URL')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && options.http === true))
    throw refused('It is not https')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw refused('It has a user, a password or a fragment')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && options.privateAddresses !== true && !isPublicAddress(host))
    throw refused('Its address is not public')
  if (options.allow !== undefined && !(await options.allow(new URL(url), tenant)))
    throw refused('The host does not allow it')
  return url
}

function refused(message: string): BillfoldError {
  return new BillfoldError('webhook.url-refused', { issues: [{ path: 'url', message }] })
}

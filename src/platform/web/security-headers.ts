import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

/**
 * Everything comes from here: no inline script, no inline style, nothing evaluated, no frame around us. Files may be
 * shown from the storage's own address, if browsers go there. A route that answers with no page of ours sets its own
 * policy, which stays.
 */
export function securityHeaders(baseUrl: URL, storageOrigin: string | undefined): MiddlewareHandler {
  const files = ["'self'", ...(storageOrigin === undefined ? [] : [storageOrigin])]
  return secureHeaders({
    overwrite: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: files,
      frameSrc: files,
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // A page's address can hold the id of a Tablo, and a reset link its token: neither is told to others.
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    strictTransportSecurity: baseUrl.protocol === 'https:' ? 'max-age=31536000' : false,
    // For browsers that no longer exist, or what the policy above says already; each costs every answer a little.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
  })
}

/**
 * For pages whose address is a secret: it is told to nobody, not even to ourselves. Browsers then say nothing of where a
 * form comes from but by Sec-Fetch-Site, and that only over https and to this machine; elsewhere the policy of the other
 * pages stays, under which no other site is told either.
 */
export function noReferrer({ protocol, hostname }: URL): MiddlewareHandler {
  const isTrusted = protocol === 'https:' || /^(localhost|127\..*|\[::1\])$/.test(hostname)
  return async (c, next) => {
    await next()
    if (isTrusted) c.header('Referrer-Policy', 'no-referrer')
  }
}

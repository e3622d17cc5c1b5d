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

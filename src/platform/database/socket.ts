// An engine of containers reads their names anew whenever one comes or goes, and for a moment may know none of them. Who
// connects in that moment asks again.

import { lookup } from 'node:dns'
import { type LookupFunction, Socket } from 'node:net'

/** Three seconds: whoever waits for a connection gives up after five. */
export const TRIES = 12
const PAUSE_MS = 250

/** A socket for pg, which looks a name up for three seconds before it is not found. */
export function patientSocket(): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  // As pg calls it: with a port and a host, or with the path of a Unix socket.
  const patient = (port: number | string, host?: string) =>
    host === undefined
      ? connect(String(port))
      : connect({ port: Number(port), host, lookup: patientLookup(lookup) })
  return Object.assign(socket, { connect: patient })
}

/** Asks again while the name is not found, twelve times in all. */
export const patientLookup =
  (ask: typeof lookup): LookupFunction =>
  (hostname, options, callback) => {
    let tries = 0
    const once = () =>
      ask(hostname, options, (error, address, family) => {
        if (error && ++tries < TRIES) setTimeout(once, PAUSE_MS)
        else callback(error, address, family)
      })
    once()
  }

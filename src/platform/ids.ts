import { randomUUIDv7 } from 'node:crypto'

/** The pattern of an id in a route: what does not look like one matches no route, and so is not found. */
export const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const WHOLE = new RegExp(`^${ID}$`)

/** A UUIDv7 in lower case: sorts by the moment it was made. RFC 9562. */
export const newId = (): string => randomUUIDv7()

/** Whether the text looks like an id, in lower case as we write them. */
export const isId = (text: string): boolean => WHOLE.test(text)

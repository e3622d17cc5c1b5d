import { v7 } from 'uuid'

/** The pattern of an id in a route: what does not look like one matches no route, and so is not found. */
export const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const WHOLE = new RegExp(`^${ID}$`)

/**
 * A UUIDv7 in lower case: sorts by the moment it was made, and those of one process in their order, even within a
 * millisecond, which Node's own does not. RFC 9562, section 6.2.
 */
export const newId = (): string => v7()

/** Whether the text looks like an id, in lower case as we write them. */
export const isId = (text: string): boolean => WHOLE.test(text)

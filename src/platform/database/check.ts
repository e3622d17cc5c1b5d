/**
 * What a change is held against: called with what is there, inside the transaction, it throws when that is another state
 * than the caller saw.
 */
export type Check<T> = (current: T) => void

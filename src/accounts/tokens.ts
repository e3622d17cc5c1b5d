import { createHash, randomBytes } from 'node:crypto'

/** 32 random bytes for a cookie or a link. Only their hash is stored. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** SHA-256 is enough: a token has no pattern to guess, unlike a password. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()

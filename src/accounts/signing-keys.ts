// The Ed25519 keys of access tokens. One signs, until it retires; what it has signed is accepted for as long as that may
// live, and then its row goes. The private key lies sealed in the row of the one that signs, and nowhere else.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { sql } from 'kysely'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { recordAudit } from './audit.ts'
import { seal, unseal } from './sealing.ts'

const USE = 'xtablo signing keys'

/** Minutes for which a retired key is accepted: the life of an access token, and some for clocks that differ. */
export const RETIRED_MINUTES = 20

export interface SigningKey {
  /** The `kid` of what it signs */
  readonly id: string
  readonly key: KeyObject
}

/** A key as RFC 7517 publishes it. */
export interface PublicJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

export interface PublicKey {
  readonly jwk: PublicJwk
  readonly key: KeyObject
}

/** The key that signs now. Where there is none yet, or none that this secret opens, one is made. */
export async function signingKey(db: Db, secret: string, log: Log): Promise<SigningKey> {
  const { opened } = await findSigning(db, secret)
  if (opened) return opened
  const { made, lost } = await makeSigning(db, secret)
  if (lost !== undefined)
    log.warn(
      { kid: lost },
      'SESSION_SECRET does not open the key that signs access tokens: a new key signs now, the access tokens of before are refused, and programs must get new ones',
    )
  return made
}

/**
 * Puts a new key in the place of one that this secret does not open. Gives the id of that one, all of whose signatures
 * are refused from now on; undefined when there was none.
 */
export async function renewUnopened(db: Db, secret: string): Promise<string | undefined> {
  const { id, opened } = await findSigning(db, secret)
  return id === undefined || opened ? undefined : (await makeSigning(db, secret)).lost
}

/** Makes a new key that signs from now on, and gives its id. The one before is accepted for 20 minutes more. */
export async function rotateKeys(db: Db, secret: string): Promise<string> {
  return transaction(db, async tx => {
    await lockKeys(tx)
    await tx
      .updateTable('signing_keys')
      .set({ retired_at: sql`now()`, private_key: null })
      .where('retired_at', 'is', null)
      .execute()
    const { id } = await insertKey(tx, secret)
    await recordAudit(tx, { kind: 'keys_rotated', subject: id, by: null, address: null })
    return id
  })
}

/** The keys whose signature counts, by their id. */
export async function readPublicKeys(reader: Reader): Promise<Map<string, PublicKey>> {
  const rows = await reader
    .selectFrom('signing_keys')
    .select(['id', 'public_jwk'])
    .where(({ eb, or }) =>
      or([
        eb('retired_at', 'is', null),
        eb('retired_at', '>', sql<Date>`now() - make_interval(mins => ${sql.lit(RETIRED_MINUTES)})`),
      ]),
    )
    .orderBy('id', 'desc')
    .execute()
  return new Map(rows.map(row => [row.id, publicKeyOf(row.id, row.public_jwk as unknown as StoredJwk)]))
}

interface StoredJwk {
  kty: string
  crv: string
  x: string
}

function publicKeyOf(id: string, { kty, crv, x }: StoredJwk): PublicKey {
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
  return { jwk: { kty, crv, x, kid: id, alg: 'EdDSA', use: 'sig' }, key }
}

/** Of two processes that find no key at once, the second takes the first one's. `lost`: the id of one that is gone. */
async function makeSigning(db: Db, secret: string): Promise<{ made: SigningKey; lost?: string | undefined }> {
  return transaction(db, async tx => {
    await lockKeys(tx)
    const { id, opened } = await findSigning(tx, secret)
    if (opened) return { made: opened }
    if (id !== undefined) await tx.deleteFrom('signing_keys').where('id', '=', id).execute()
    return { made: await insertKey(tx, secret), lost: id }
  })
}

async function findSigning(
  reader: Reader,
  secret: string,
): Promise<{ id?: string | undefined; opened?: SigningKey | undefined }> {
  const row = await reader
    .selectFrom('signing_keys')
    .select(['id', 'private_key'])
    .where('retired_at', 'is', null)
    .executeTakeFirst()
  const content = row?.private_key ? unseal(secret, USE, row.id, row.private_key) : undefined
  if (!row || !content) return { id: row?.id }
  return { id: row.id, opened: { id: row.id, key: openPrivate(content) } }
}

async function insertKey(tx: Tx, secret: string): Promise<SigningKey> {
  const id = newId()
  const { publicKey, privateKey: key } = generateKeyPairSync('ed25519')
  const content = key.export({ format: 'der', type: 'pkcs8' })
  await tx
    .insertInto('signing_keys')
    .values({
      id,
      public_jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
      private_key: seal(secret, USE, id, content),
    })
    .execute()
  return { id, key }
}

const openPrivate = (key: Buffer) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })

const lockKeys = (tx: Tx) => sql`lock table signing_keys in share row exclusive mode`.execute(tx)

// How the client stays signed in.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, signIn, type Tokens, XtabloError } from '../../client/src/index.ts'
import { PASSWORD } from '../cast.ts'
import { authenticatorOf } from '../second-factor.ts'
import { served } from './served.ts'

const { baseUrl, people, pool, web } = await served()

interface Watched {
  kept: (Tokens | undefined)[]
  refreshes: number
  fetch: (request: Request) => Promise<Response>
  onTokens: (tokens: Tokens | undefined) => void
}

/** Counts refreshes and keeps what the client says of tokens. */
function watched(): Watched {
  const seen: Watched = {
    kept: [],
    refreshes: 0,
    fetch: request => {
      if (request.url.endsWith('/auth/refresh')) seen.refreshes++
      return fetch(request)
    },
    onTokens: tokens => seen.kept.push(tokens),
  }
  return seen
}

async function tokensOf(email: string): Promise<Tokens> {
  const seen = watched()
  await signIn({ baseUrl, email, password: PASSWORD, ...seen })
  const [tokens] = seen.kept
  assert.ok(tokens)
  return tokens
}

const isSignedOut = (error: unknown) =>
  error instanceof XtabloError &&
  error.code === 'unauthenticated' &&
  error.message === 'Signed out: The sign-in has ended: sign in again'

test('whoever signs in is somebody, and is told of the tokens at once', async () => {
  const seen = watched()
  const xtablo = await signIn({ baseUrl, email: people.ada.email, password: PASSWORD, ...seen })
  assert.equal((await xtablo.me()).id, people.ada.id)
  assert.equal(seen.kept.length, 1)
  assert.equal(seen.refreshes, 0)
})

test('a wrong password is told as such', async () => {
  await assert.rejects(signIn({ baseUrl, email: people.ben.email, password: 'not that one at all' }), {
    code: 'unauthenticated',
    status: 401,
  })
})

test('a second factor is told by the field that its code belongs to, and the code signs in', async () => {
  const { app } = await authenticatorOf(web.deps, people.eve)
  const given = { baseUrl, email: people.eve.email, password: PASSWORD }
  for (const code of [undefined, '000000'])
    await assert.rejects(
      signIn({ ...given, code }),
      ({ status, errors }: XtabloError) => status === 401 && errors[0]?.field === 'code',
    )
  assert.equal((await (await signIn({ ...given, code: app.code() })).me()).id, people.eve.id)
  await web.deps.pool.query('delete from authenticators')
})

test('too many attempts are told, with when there are more', async () => {
  const attempt = () => signIn({ baseUrl, email: people.eve.email, password: 'guess' }).catch(error => error)
  for (let n = 0; n < 5; n++) assert.equal((await attempt()).code, 'unauthenticated')
  const error = await attempt()
  assert.equal(error.code, 'too_many')
  assert.ok(error.retryAfter > 0 && error.retryAfter <= 60, `${error.retryAfter}`)
})

test('an access token that is about to end is exchanged once, however many requests come', async () => {
  const seen = watched()
  const tokens = { ...(await tokensOf(people.ada.email)), expiresAt: Date.now() + 20_000 }
  const xtablo = createClient({ baseUrl, tokens, ...seen })
  const answers = await Promise.all(Array.from({ length: 20 }, () => xtablo.me()))
  assert.deepEqual(new Set(answers.map(({ id }) => id)), new Set([people.ada.id]))
  assert.equal(seen.refreshes, 1)
  const [next] = seen.kept
  assert.notEqual(next?.refreshToken, tokens.refreshToken)
  assert.ok((next?.expiresAt ?? 0) > Date.now() + 800_000)
  await xtablo.me()
  assert.equal(seen.refreshes, 1)
})

test('a token that is refused is exchanged once, and each request is sent again', async () => {
  const seen = watched()
  const tokens = { ...(await tokensOf(people.ada.email)), accessToken: 'not.a.token' }
  const xtablo = createClient({ baseUrl, tokens, ...seen })
  const answers = await Promise.all(Array.from({ length: 20 }, () => xtablo.me()))
  assert.equal(answers.length, 20)
  assert.equal(seen.refreshes, 1)
})

test('a request that is given up does not end the refresh that others wait for', async () => {
  const seen = watched()
  const tokens = { ...(await tokensOf(people.ada.email)), expiresAt: 0 }
  const xtablo = createClient({ baseUrl, tokens, ...seen })
  const impatient = new AbortController()
  const given = xtablo.GET('/api/v1/me', { signal: impatient.signal })
  const patient = xtablo.me()
  impatient.abort()
  await assert.rejects(given, { name: 'AbortError' })
  assert.equal((await patient).id, people.ada.id)
  assert.equal(seen.refreshes, 1)
})

test('requests wait until new tokens are kept', async () => {
  let kept = false
  const tokens = { ...(await tokensOf(people.ada.email)), expiresAt: 0 }
  const onTokens = async () => {
    await new Promise(done => setTimeout(done, 50))
    kept = true
  }
  await createClient({ baseUrl, tokens, onTokens }).me()
  assert.ok(kept)
})

test('a refresh token that was used before ends the sign-in, which is said, and asks no more', async () => {
  const first = await tokensOf(people.ada.email)
  const owner = createClient({ baseUrl, tokens: { ...first, expiresAt: 0 } })
  await owner.me()
  const seen = watched()
  const thief = createClient({ baseUrl, tokens: { ...first, expiresAt: 0 }, ...seen })
  await assert.rejects(Promise.all([thief.me(), thief.me()]), isSignedOut)
  assert.deepEqual(seen.kept, [undefined])
  await assert.rejects(thief.me(), isSignedOut)
  assert.equal(seen.refreshes, 1)
})

test('a refresh that had no answer is not sent again by itself, and the next request may try', async () => {
  const seen = watched()
  let down = true
  const tokens = { ...(await tokensOf(people.ada.email)), expiresAt: 0 }
  const xtablo = createClient({
    baseUrl,
    tokens,
    ...seen,
    fetch: request => {
      if (!down) return seen.fetch(request)
      seen.refreshes++
      return Promise.reject(new TypeError('fetch failed'))
    },
  })
  await assert.rejects(xtablo.me(), { code: 'unreachable' })
  assert.equal(seen.refreshes, 1)
  assert.deepEqual(seen.kept, [])
  down = false
  assert.equal((await xtablo.me()).id, people.ada.id)
})

test('after signing out nothing goes through, here or with the tokens that were kept', async () => {
  const seen = watched()
  const xtablo = await signIn({ baseUrl, email: people.vera.email, password: PASSWORD, ...seen })
  await xtablo.signOut()
  await xtablo.signOut()
  await assert.rejects(xtablo.me(), isSignedOut)
  assert.equal(seen.kept.length, 2)
  assert.equal(seen.kept[1], undefined)
  const { rows } = await pool.query('select ended_at from token_families where user_id = $1', [
    people.vera.id,
  ])
  assert.ok(rows.every(row => row.ended_at !== null))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { localPath, seeOther } from './respond.ts'

test('a path of ours is followed', () => {
  for (const path of [
    '/',
    '/settings',
    '/tablos/1/tasks?x=1#t-2',
    '/a%20b',
    '/?next=//evil.example',
    '/a//b',
  ])
    assert.equal(localPath(path, '/home'), path)
})

test('what leads elsewhere is not', () => {
  const evil = [
    undefined,
    '',
    'settings',
    'https://evil.example',
    'HTTPS://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/\u0000/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '@evil.example',
  ]
  for (const path of evil) assert.equal(localPath(path, '/home'), '/home', JSON.stringify(path))
})

test('whatever a browser makes of an allowed path, it stays here', () => {
  for (const path of [
    '/%2F%2Fevil.example',
    '/%5Cevil.example',
    '/%09/evil.example',
    '/@evil.example',
    '/http://evil.example',
  ]) {
    const followed = localPath(path, '/home')
    assert.equal(new URL(followed, 'https://tablo.example.org').host, 'tablo.example.org', path)
  }
})

test('htmx is told to load the page anew where the way to it is only a place in the page it is on', async () => {
  const app = new Hono().post('/to', c => seeOther(c, c.req.query('path') ?? '/'))
  const sent = async (path: string, from?: string) => {
    const page = from !== undefined && { 'HX-Request': 'true', 'HX-Current-URL': `http://tablo.test${from}` }
    const headers = { Host: 'tablo.test', ...page }
    const answer = await app.request(`/to?path=${encodeURIComponent(path)}`, { method: 'POST', headers })
    const [redirect, refresh] = [answer.headers.get('HX-Redirect'), answer.headers.get('HX-Refresh')]
    return [answer.status, redirect ?? answer.headers.get('Location'), refresh]
  }
  assert.deepEqual(await sent('/a#b'), [303, '/a#b', null])
  assert.deepEqual(await sent('/a#b', '/a'), [204, null, 'true'])
  assert.deepEqual(await sent('/a?x=1#b', '/a?x=1#c'), [204, null, 'true'])
  assert.deepEqual(await sent('/a#b', '/a?x=1'), [204, '/a#b', null])
  assert.deepEqual(await sent('/a#b', '/'), [204, '/a#b', null])
  // Without a place in it, the same address is loaded anew by itself.
  assert.deepEqual(await sent('/a', '/a#b'), [204, '/a', null])
})

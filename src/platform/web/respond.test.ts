import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localPath } from './respond.ts'

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

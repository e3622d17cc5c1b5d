// Headers that an operation takes, and some that nobody asked for.

import fc from 'fast-check'

const TAGS = ['*', '""', 'W/"1"', '"1", "2"', 'x', ',', '"', '"1', `"${'x'.repeat(3_000)}"`, ' , ,', 'é']
const tag = fc.oneof(
  fc.nat(9).map(n => `<<etag ${n}>>`),
  fc.constantFrom('"1"', '"2"', ...TAGS),
)
const KNOWN: Record<string, fc.Arbitrary<string>> = {
  'Idempotency-Key': fc.oneof(
    { weight: 6, arbitrary: fc.nat(2).map(n => `<<key ${n}>>`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        ' ',
        'a b',
        'é',
        'x'.repeat(255),
        'x'.repeat(256),
        '"quoted"',
        "' or 1=1",
      ),
    },
  ),
  'If-Match': tag,
  'If-None-Match': tag,
}
const ODD: [string, string][] = [
  ...['x', 'fr', 'fr;q=9', '*', 'en;q=-1', ',,,', 'a'.repeat(3_000), 'en-US-x-lvariant-POSIX'].map(
    (value): [string, string] => ['Accept-Language', value],
  ),
  ...['gzip', 'zstd', 'br', '*;q=0', 'identity;q=0', 'gzip;q=x'].map((value): [string, string] => [
    'Accept-Encoding',
    value,
  ]),
  ...[
    'bytes=0-0',
    'bytes=-1',
    'bytes=5-2',
    'bytes=0-',
    'bytes=99999999999999999999-',
    'bytes=0-1e400',
    'bytes=0-1,3-4',
    'x=1-2',
    'bytes=',
    'bytes=--1',
    'bytes=-0',
  ].map((value): [string, string] => ['Range', value]),
  ...['0', '"1"', 'x'].map((value): [string, string] => ['If-Range', value]),
  ['X-Request-Id', '<script>'],
  ['X-Request-Id', 'x'.repeat(2_000)],
  ['Accept', 'text/html'],
  ['Content-Encoding', 'gzip'],
  ['Cookie', 'xtablo_session=x'],
  ['X-Forwarded-For', '6.6.6.6, x'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Origin', 'null'],
]

/** For the headers that an operation is said to take. */
export function headersOf(names: readonly string[]): fc.Arbitrary<[string, string][]> {
  const known = names.map(name =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<[string, string][]>([]) },
      {
        weight: 1,
        arbitrary: (KNOWN[name] ?? fc.constant('x')).map((value): [string, string][] => [[name, value]]),
      },
    ),
  )
  const odd = fc.oneof(
    { weight: 5, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...ODD), { minLength: 1, maxLength: 3 }) },
  )
  return fc.tuple(...known, odd).map(parts => parts.flat())
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markdown } from './markdown.ts'

test('Markdown becomes paragraphs, lists, emphasis and code', () => {
  const html = markdown('# Bread\n\n- **two** _loaves_\n- `salt`\n\nFirst\nsecond')
  for (const part of [
    '<h1>Bread</h1>',
    '<strong>two</strong>',
    '<em>loaves</em>',
    '<code>salt</code>',
    'First<br>',
  ])
    assert.ok(html.includes(part), part)
})

test('a link tells the other site nothing and lends it no weight', () => {
  for (const text of ['[Mill](https://mill.example)', 'https://mill.example', '<https://mill.example>'])
    assert.match(
      markdown(text),
      /<a href="https:\/\/mill\.example" rel="nofollow noopener noreferrer">/,
      text,
    )
})

// Each would run a script, load something or change the page if it came through.
const EVIL = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<iframe src="//evil.example"></iframe>',
  '<form action="/logout" method="post"><button>x</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](vbscript:x)',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](file:///etc/passwd)',
  '<javascript:alert(1)>',
  '![x](https://evil.example/pixel.png)',
  '![x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[x]: javascript:alert(1)\n\n[x]',
  '[x](https://a.example "\\" onclick=alert(1)")',
  '`<script>alert(1)</script>`',
  '```html"><script>alert(1)</script>\nx\n```',
  '<!-- --><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
]

test('nothing in Markdown is more than text and safe links', () => {
  for (const text of EVIL) {
    const html = markdown(text)
    for (const [tag, name, attributes = ''] of html.matchAll(/<([a-z0-9]+)((?:\s[^>]*)?)>/gi)) {
      assert.match(name ?? '', /^(p|a|code|pre|br)$/i, `${text} gave ${tag}`)
      assert.doesNotMatch(
        attributes.replaceAll(/"[^"]*"/g, '""'),
        /\son\w+|style|src/i,
        `${text} gave ${tag}`,
      )
      const [, href] = /href="([^"]*)"/.exec(attributes) ?? []
      if (href !== undefined) assert.match(href, /^(https?:)?\/\//, `${text} gave ${tag}`)
    }
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device.ts'

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const KHTML = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const ANDROID = 'Mozilla/5.0 (Linux; Android 16; Pixel 9)'

test('a browser and its system are told by what they call themselves, under all that they claim to be', () => {
  const cases: [userAgent: string, device: string][] = [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [`${MAC} ${KHTML} Chrome/150.0.0.0 Safari/537.36`, 'Chrome on macOS'],
    [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15`, 'Safari on macOS'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KHTML} Chrome/150.0 Safari/537.36 Edg/150.0`,
      'Edge on Windows',
    ],
    [`${MAC} ${KHTML} Chrome/150.0 Safari/537.36 OPR/130.0`, 'Opera on macOS'],
    [`${IPHONE} Version/19.0 Mobile/15E148 Safari/604.1`, 'Safari on iPhone'],
    [`${IPHONE} CriOS/150.0 Mobile/15E148 Safari/604.1`, 'Chrome on iPhone'],
    [`${IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, 'Firefox on iPhone'],
    [`${ANDROID} ${KHTML} Chrome/150.0 Mobile Safari/537.36`, 'Chrome on Android'],
    [
      `${ANDROID} ${KHTML} SamsungBrowser/29.0 Chrome/150.0 Mobile Safari/537.36`,
      'Samsung Internet on Android',
    ],
    [`Mozilla/5.0 (X11; CrOS x86_64 16000.0.0) ${KHTML} Chrome/150.0 Safari/537.36`, 'Chrome on ChromeOS'],
  ]
  for (const [userAgent, device] of cases) {
    const { browser, system } = deviceOf(userAgent) ?? {}
    assert.equal(`${browser} on ${system}`, device)
  }
})

test('what can’t be told is not guessed', () => {
  for (const userAgent of ['', 'curl/8.0', 'Mozilla/5.0', 'Firefox/140.0', '<script>'])
    assert.equal(deviceOf(userAgent), undefined, userAgent)
})

// Sizes and speeds as the server writes them: in steps of 1,024.

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
const made = new Map<string, Intl.NumberFormat>()

/** "3.4 MB" */
export const sizeOf = (bytes: number): string => format(bytes, '')

/** "1.2 MB/s" */
export const speedOf = (bytesPerSecond: number): string => format(bytesPerSecond, '-per-second')

function format(bytes: number, per: string): string {
  // Nothing is told in bytes a second.
  let step = per === '' ? 0 : 1
  let amount = bytes / 1_024 ** step
  for (; amount >= 1023.5 && step < UNITS.length - 1; step++) amount /= 1_024
  const digits = step > 0 && amount < 9.95 ? 1 : 0
  return formatter(`${UNITS[step]}${per}`, digits, step === 0).format(amount)
}

function formatter(unit: string, digits: number, long: boolean): Intl.NumberFormat {
  const key = `${unit} ${digits}`
  const known = made.get(key)
  if (known) return known
  const { lang } = document.documentElement
  const formatter = new Intl.NumberFormat(lang === 'en' ? 'en-GB' : lang, {
    style: 'unit',
    unit,
    unitDisplay: long ? 'long' : 'short',
    maximumFractionDigits: digits,
  })
  made.set(key, formatter)
  return formatter
}

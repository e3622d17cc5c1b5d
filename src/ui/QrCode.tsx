import { encode } from 'uqr'

interface QrCodeProps {
  content: string
  /** What it is, for who can't see it */
  label: string
}

/** A QR code, drawn as one path. It is dark on light in both themes, since cameras expect that. */
export function QrCode({ content, label }: QrCodeProps) {
  const { data, size } = encode(content, { ecc: 'M', border: 4 })
  const path = data.flatMap((row, y) =>
    runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  )
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <path d={path.join('')} />
    </svg>
  )
}

/** Where dark modules stand beside each other in a row: the first, and how many. */
function runsOf(row: readonly boolean[]): [at: number, length: number][] {
  const runs: [number, number][] = []
  row.forEach((dark, x) => {
    const last = runs.at(-1)
    if (!dark) return
    if (last && last[0] + last[1] === x) last[1]++
    else runs.push([x, 1])
  })
  return runs
}
